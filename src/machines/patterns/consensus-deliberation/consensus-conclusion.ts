/**
 * How a deliberation ends: from what it remembers to what it says last. Pure.
 */
import type { Said } from '../../../events/event.ts';
import type { Confidence, decisionMade, dissentNoted } from '../../../events/words/pattern.ts';
import type { Ending } from '../kit/pattern-spec.ts';
import { lostNotes, progress } from '../kit/turn-taking.ts';
import type { Consensus } from './consensus-ledger.ts';
import * as ledger from './consensus-ledger.ts';

export function consensusEnding(context: Consensus): Ending {
  const { synthesis, proposal } = context;
  const isAgreed = ledger.allAgree(context);
  const hasAnswer = isAgreed || synthesis !== null;
  return {
    say: [
      ...decisions(context),
      ...dissents(context),
      progress('consensus', hasAnswer ? 'completed' : 'failed', reasonOf(context)),
    ],
    outcome: hasAnswer && proposal !== null ? 'completed' : 'fallback',
    reason: reasonOf(context),
    confidence: confidenceOf(context),
    result: resultOf(context),
    notes: notesOf(context),
  };
}

/** The agreed proposal; or the synthesis, before the proposal it decided on; or what there is. */
function resultOf(context: Consensus): number[] {
  const { proposal, synthesis } = context;
  const proposed = proposal ? [proposal.revision] : [];
  if (ledger.allAgree(context)) return proposed;
  return synthesis === null
    ? [...proposed, ...ledger.allAnalyses(context)]
    : [synthesis, ...proposed];
}

function reasonOf(context: Consensus): string {
  const { ending, synthesis } = context;
  if (ledger.allAgree(context)) return 'all experts agree';
  const why = ending ?? whyNotAgreed(context);
  return synthesis === null ? why : `the facilitator forced a synthesis: ${why}`;
}

function whyNotAgreed(context: Consensus): string {
  const circles = ledger.circular(context);
  if (circles.length > 0)
    return `${circles.join(', ')} stood in ${context.limits.sameTag} rounds in a row`;
  if (ledger.allAnalyses(context).length === 0) return 'there is no analysis';
  return ledger.isQuorate(context) ? 'rounds spent' : 'too few experts are left';
}

const lostExperts = ({ experts, lost }: Consensus): string[] =>
  experts.filter((expert) => lost.includes(expert));

/** High: all agreed and nobody was lost. Medium: a majority was followed, or some were lost. Else low. */
function confidenceOf(context: Consensus): Confidence {
  if (ledger.allAgree(context)) return lostExperts(context).length === 0 ? 'high' : 'medium';
  return context.synthesis !== null && ledger.hasMajority(context) ? 'medium' : 'low';
}

function notesOf(context: Consensus): string[] {
  const { analyses, experts, proposal, synthesis } = context;
  const notes = experts
    .filter((expert) => analyses[expert] === undefined)
    .map((expert) => `no analysis from ${expert}`);
  if (!ledger.allAgree(context)) {
    if (proposal === null) notes.push('not deliberated to a proposal: what was submitted');
    if (synthesis === null) notes.push('no synthesis');
    for (const { by } of dissents(context)) notes.push(`${by} does not agree`);
  }
  return [...notes, ...lostNotes(context)];
}

function decisions(context: Consensus): Said<typeof decisionMade>[] {
  const { proposal, synthesis, challengers, facilitator } = context;
  const proposed = `the proposal of round ${proposal?.round}`;
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
        ? `All agree with ${proposed}.`
        : isMajority
          ? `The facilitator follows the majority: ${count} stand behind ${proposed}.`
          : 'The facilitator follows the strongest argument on each disputed point.',
      basis: isAgreed ? 'agreed' : isMajority ? 'majority' : 'strongestArgument',
    },
  ];
}

function dissents(context: Consensus): Said<typeof dissentNoted>[] {
  const { proposal, verdicts } = context;
  return ledger.votersOf(context).flatMap((by) => {
    const verdict = verdicts[by];
    if (!proposal || !verdict || verdict.agrees) return [];
    const about = `the proposal of ${proposal.by}`;
    const view = `Objections that stand: ${verdict.tags.join(', ')}`;
    return [{ type: 'dissent.noted', by, about, view }];
  });
}
