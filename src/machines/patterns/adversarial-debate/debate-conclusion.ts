/**
 * How a debate ends: from what it remembers to what it says last. Pure.
 */
import type { Said } from '../../../events/event.ts';
import type {
  Confidence,
  decisionMade,
  dissentNoted,
  patternConcluded,
} from '../../../events/words/pattern.ts';
import { revoked } from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import type { DebateContext } from './debate-ledger.ts';
import * as ledger from './debate-ledger.ts';

/** Everything that is said at the end, in order; the conclusion is last. */
export const debateConclusion = (context: DebateContext): { say: PatternSays[] } => ({
  say: [
    ...revoked(context.grants, 'the debate has come to its end'),
    ...concessions(context),
    ...verdict(context),
    ...dissents(context),
    turns.progress('ruling', context.ruled ? 'completed' : 'failed', reasonOf(context)),
    conclusion(context),
  ],
});

const isComplete = (context: DebateContext): boolean =>
  context.ruled !== null &&
  context.ruled.winner !== null &&
  ledger.leftOpen(context, context.ruled).length === 0;

function conclusion(context: DebateContext): Said<typeof patternConcluded> {
  const { ruled, round } = context;
  const shown = ledger.allArguments(context);
  return {
    type: 'pattern.concluded',
    to: 'team',
    pattern: 'adversarial-debate',
    outcome: isComplete(context) ? 'completed' : 'fallback',
    reason: reasonOf(context),
    confidence: confidenceOf(context),
    result: ruled ? [ruled.revision, ...shown] : shown,
    notes: notesOf(context),
    rounds: round,
  };
}

function reasonOf({ ruled, ending }: DebateContext): string {
  if (ruled?.winner) return `the judge ruled for ${ruled.winner}`;
  return ruled ? 'the judge named no winner of the whole' : (ending ?? 'no ruling was made');
}

/** As sure as the judge after a whole debate; medium at most after a shorter one; low where points stay open. */
function confidenceOf(context: DebateContext): Confidence {
  const { ruled, lost, ending } = context;
  if (!ruled || !isComplete(context)) return 'low';
  const isWhole = lost.length === 0 && ending === null;
  return ruled.confidence === 'high' && !isWhole ? 'medium' : ruled.confidence;
}

function notesOf(context: DebateContext): string[] {
  const { ruled, ending, advocates } = context;
  const silent = advocates.filter((one) => ledger.argumentsOf(context, one).length === 0);
  const notes = silent.map((one) => `${one} did not argue`);
  if (!ruled) notes.push('no ruling');
  else {
    for (const tag of ledger.leftOpen(context, ruled)) notes.push(`not ruled: ${tag}`);
    if (ending !== null) notes.push(`the debate was cut short: ${ending}`);
  }
  return [...notes, ...turns.lostNotes(context)];
}

const concessions = ({ conceded, raised, advocates }: DebateContext): PatternSays[] =>
  Object.entries(conceded).map(
    ([tag, by]): Said<typeof decisionMade> => ({
      type: 'decision.made',
      subject: `Point ${tag}`,
      proposedBy: raised[tag]!,
      challengedBy: [],
      resolution:
        by === raised[tag]
          ? `Withdrawn by ${by}.`
          : `Conceded by ${by} to ${advocates.find((one) => one !== by)}.`,
      basis: 'agreed',
    }),
  );

function verdict(context: DebateContext): Said<typeof decisionMade>[] {
  const winner = context.ruled?.winner;
  if (!winner) return [];
  const won = Object.values(context.ruled!.points).filter((one) => one === winner).length;
  const all = ledger.contested(context).length;
  return [
    {
      type: 'decision.made',
      subject: 'The debate as a whole',
      proposedBy: winner,
      challengedBy: [ledger.otherOf(context, winner)],
      resolution: `${winner} wins, with ${won} of ${all} contested points.`,
      basis: 'ruled',
    },
  ];
}

const dissents = (context: DebateContext): Said<typeof dissentNoted>[] =>
  ledger.leftOpen(context, context.ruled).map((tag) => ({
    type: 'dissent.noted',
    by: context.raised[tag]!,
    about: `point ${tag}`,
    view: `Raised by ${context.raised[tag]}, not conceded by ${ledger.otherOf(context, context.raised[tag]!)}, and not ruled.`,
  }));
