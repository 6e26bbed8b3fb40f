/**
 * How a deliberation ends: from what it remembers to what it says last. Pure.
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
import type { ConsensusContext } from './consensus-ledger.ts';
import * as ledger from './consensus-ledger.ts';

/** Everything that is said at the end, in order; the conclusion is last. */
export const consensusConclusion = (context: ConsensusContext): { say: PatternSays[] } => ({
  say: [
    ...revoked(context.grants, 'the deliberation has come to its end'),
    ...decisions(context),
    ...dissents(context),
    turns.progress(
      'consensus',
      ledger.allAgree(context) || context.synthesis !== null ? 'completed' : 'failed',
      reasonOf(context),
    ),
    conclusion(context),
  ],
});

function conclusion(context: ConsensusContext): Said<typeof patternConcluded> {
  const isMeant =
    ledger.allAgree(context) || (context.synthesis !== null && context.proposal !== null);
  return {
    type: 'pattern.concluded',
    to: 'team',
    pattern: 'consensus-deliberation',
    outcome: isMeant ? 'completed' : 'fallback',
    reason: reasonOf(context),
    confidence: confidenceOf(context),
    result: resultOf(context),
    notes: notesOf(context),
    rounds: context.round,
  };
}

/** The agreed proposal; or the synthesis, before the proposal it decided on; or what there is. */
function resultOf(context: ConsensusContext): number[] {
  const { proposal, synthesis } = context;
  const proposed = proposal ? [proposal.revision] : [];
  if (ledger.allAgree(context)) return proposed;
  return synthesis === null
    ? [...proposed, ...ledger.allAnalyses(context)]
    : [synthesis, ...proposed];
}

function reasonOf(context: ConsensusContext): string {
  const { ending, synthesis } = context;
  if (ledger.allAgree(context)) return 'all experts agree';
  const why = ending ?? whyNotAgreed(context);
  return synthesis === null ? why : `the facilitator forced a synthesis: ${why}`;
}

function whyNotAgreed(context: ConsensusContext): string {
  const circles = ledger.circular(context);
  if (circles.length > 0)
    return `${circles.join(', ')} stood in ${context.limits.sameTag} rounds in a row`;
  if (ledger.allAnalyses(context).length === 0) return 'there is no analysis';
  return ledger.isQuorate(context) ? 'rounds spent' : 'too few experts are left';
}

const lostExperts = ({ experts, lost }: ConsensusContext): string[] =>
  experts.filter((expert) => lost.includes(expert));

/** High: all agreed and nobody was lost. Medium: a majority was followed, or some were lost. Else low. */
function confidenceOf(context: ConsensusContext): Confidence {
  if (ledger.allAgree(context)) return lostExperts(context).length === 0 ? 'high' : 'medium';
  return context.synthesis !== null && ledger.hasMajority(context) ? 'medium' : 'low';
}

function notesOf(context: ConsensusContext): string[] {
  const { analyses, experts, proposal, synthesis } = context;
  const notes = experts
    .filter((expert) => analyses[expert] === undefined)
    .map((expert) => `no analysis from ${expert}`);
  if (!ledger.allAgree(context)) {
    if (proposal === null) notes.push('not deliberated to a proposal: what was submitted');
    if (synthesis === null) notes.push('no synthesis');
    for (const { by } of dissents(context)) notes.push(`${by} does not agree`);
  }
  return [...notes, ...turns.lostNotes(context)];
}

function decisions(context: ConsensusContext): Said<typeof decisionMade>[] {
  const { proposal, synthesis, challengers, facilitator } = context;
  const isAgreed = ledger.allAgree(context);
  if (!isAgreed && synthesis === null) return [];
  const circles = isAgreed ? [] : ledger.circular(context);
  const isMajority = ledger.hasMajority(context);
  const proposedBy = proposal && (isAgreed || isMajority) ? proposal.by : facilitator;
  const count = `${ledger.supporters(context).length} of ${ledger.expertsThere(context).length}`;
  return [
    {
      type: 'decision.made',
      subject: circles.length > 0 ? `The answer, disputed in ${circles.join(', ')}` : 'The answer',
      proposedBy,
      challengedBy: challengers.filter((one) => one !== proposedBy),
      resolution: isAgreed
        ? `All agree with the proposal of round ${proposal!.round}.`
        : isMajority
          ? `The facilitator follows the majority: ${count} stand behind the proposal of round ${proposal!.round}.`
          : 'The facilitator follows the strongest argument on each disputed point.',
      basis: isAgreed ? 'agreed' : isMajority ? 'majority' : 'strongestArgument',
    },
  ];
}

const dissents = (context: ConsensusContext): Said<typeof dissentNoted>[] =>
  ledger
    .votersOf(context)
    .filter((expert) => context.verdicts[expert]?.agrees === false)
    .map((by) => ({
      type: 'dissent.noted',
      by,
      about: `the proposal of ${context.proposal!.by}`,
      view: `Objections that stand: ${context.verdicts[by]!.tags.join(', ')}`,
    }));
