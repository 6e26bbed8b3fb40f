/**
 * How a debate ends: from what it remembers to what it says last. Pure.
 */
import type { Confidence } from '../../../events/words/pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import type { Ending } from '../kit/pattern-spec.ts';
import { lostNotes, progress } from '../kit/turn-taking.ts';
import type { Debate } from './debate-ledger.ts';
import * as ledger from './debate-ledger.ts';

export function debateEnding(context: Debate): Ending {
  const { ruled } = context;
  const shown = ledger.allArguments(context);
  return {
    say: [
      ...concessions(context),
      ...verdict(context),
      ...dissents(context),
      progress('ruling', ruled ? 'completed' : 'failed', reasonOf(context)),
    ],
    outcome: isComplete(context) ? 'completed' : 'fallback',
    reason: reasonOf(context),
    confidence: confidenceOf(context),
    result: ruled ? [ruled.revision, ...shown] : shown,
    notes: notesOf(context),
  };
}

const isComplete = (context: Debate): boolean =>
  context.ruled !== null &&
  context.ruled.winner !== null &&
  ledger.leftOpen(context, context.ruled).length === 0;

function reasonOf({ ruled, ending }: Debate): string {
  if (ruled?.winner) return `the judge ruled for ${ruled.winner}`;
  return ruled ? 'the judge named no winner of the whole' : (ending ?? 'no ruling was made');
}

/** As sure as the judge after a whole debate; medium at most after a shorter one; low where points stay open. */
function confidenceOf(context: Debate): Confidence {
  const { ruled, lost, ending } = context;
  if (!ruled || !isComplete(context)) return 'low';
  const isWhole = lost.length === 0 && ending === null;
  return ruled.confidence === 'high' && !isWhole ? 'medium' : ruled.confidence;
}

function notesOf(context: Debate): string[] {
  const { ruled, ending, advocates } = context;
  const silent = advocates.filter((one) => ledger.argumentsOf(context, one).length === 0);
  const notes = silent.map((one) => `${one} did not argue`);
  if (!ruled) notes.push('no ruling');
  else {
    for (const tag of ledger.leftOpen(context, ruled)) notes.push(`not ruled: ${tag}`);
    if (ending !== null) notes.push(`the debate was cut short: ${ending}`);
  }
  return [...notes, ...lostNotes(context)];
}

const concessions = (context: Debate): PatternSays[] =>
  Object.entries(context.conceded).map(([tag, by]) => ({
    type: 'decision.made',
    subject: `Point ${tag}`,
    proposedBy: ledger.raiserOf(context, tag),
    challengedBy: [],
    resolution:
      by === context.raised[tag]
        ? `Withdrawn by ${by}.`
        : `Conceded by ${by} to ${ledger.otherOf(context, by)}.`,
    basis: 'agreed',
  }));

function verdict(context: Debate): PatternSays[] {
  const { ruled } = context;
  if (!ruled?.winner) return [];
  const { winner, points } = ruled;
  const won = Object.values(points).filter((one) => one === winner).length;
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

const dissents = (context: Debate): PatternSays[] =>
  ledger.leftOpen(context, context.ruled).map((tag) => {
    const by = ledger.raiserOf(context, tag);
    return {
      type: 'dissent.noted',
      by,
      about: `point ${tag}`,
      view: `Raised by ${by}, not conceded by ${ledger.otherOf(context, by)}, and not ruled.`,
    };
  });
