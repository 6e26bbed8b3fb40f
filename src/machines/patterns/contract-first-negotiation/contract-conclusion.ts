/**
 * How the talks of a negotiation end in a locked contract, and how the whole ends: from what it remembers to
 * what it says. Pure.
 */
import type { Confidence } from '../../../events/words/pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import type { Ending } from '../kit/pattern-spec.ts';
import { listed, lostNotes, progress } from '../kit/turn-taking.ts';
import type { Negotiation, Version } from './contract-ledger.ts';
import * as ledger from './contract-ledger.ts';

/** The contract is locked: the decision, the dissent, the only valid version. */
export function lockingWords(context: Negotiation, locked: Version): PatternSays[] {
  const { version, by, revision, signedBy } = locked;
  const opened = context.versions[0]?.by ?? by;
  const basis = basisOf(context, locked);
  const how =
    basis === 'agreed' ? 'all sign it' : `the best of partial talks (${whyNotAgreed(context)})`;
  return [
    {
      type: 'decision.made',
      subject: 'The contract',
      proposedBy: opened,
      challengedBy: ledger.countering(context).filter((one) => one !== opened),
      resolution: `Version ${version}, by ${by}, is locked: ${how}; signed by ${listed(signedBy)}.`,
      basis,
    },
    ...ledger
      .negotiatorsThere(context)
      .filter((seat) => !signedBy.includes(seat))
      .map(
        (seat): PatternSays => ({
          type: 'dissent.noted',
          by: seat,
          about: 'the contract',
          view: `Did not sign version ${version}, which is locked.`,
        }),
      ),
    {
      type: 'artifact.registered',
      title: `Contract, version ${version}`,
      by,
      task: 'contract',
      held: revision,
      locked: true,
    },
    progress('contract', 'completed', `version ${version} is locked`),
  ];
}

function basisOf(context: Negotiation, { signedBy }: Version): string {
  if (ledger.isAgreed(context)) return 'agreed';
  return isMajority(context, signedBy) ? 'majority' : 'limit';
}

const isMajority = ({ negotiators }: Negotiation, signedBy: readonly string[]): boolean =>
  signedBy.length > 1 && signedBy.length * 2 > negotiators.length;

function whyNotAgreed(context: Negotiation): string {
  if (context.ending !== null) return context.ending;
  if (context.versions.length === 0) return 'there is no contract';
  return ledger.isQuorate(context) ? 'rounds spent' : 'too few negotiators are left';
}

export function contractEnding(context: Negotiation): Ending {
  const { negotiators, implementations, locked, agreed } = context;
  const contract = locked ?? ledger.bestOf(context);
  const isWhole = agreed && missing(context).length === 0;
  return {
    say: locked ? [] : [progress('contract', 'failed', whyNotAgreed(context))],
    outcome: isWhole ? 'completed' : 'fallback',
    reason: reasonOf(context),
    confidence: confidenceOf(context),
    result: [
      ...(contract ? [contract.revision] : []),
      ...negotiators.flatMap((seat) => implementations[seat]?.revision ?? []),
    ],
    notes: notesOf(context),
  };
}

const missing = ({ negotiators, implementations }: Negotiation): string[] =>
  negotiators.filter((seat) => implementations[seat] === undefined);

function reasonOf(context: Negotiation): string {
  const all = context.negotiators.length;
  const done = all - missing(context).length;
  const count = done === all ? 'all have implemented' : `${done} of ${all} have implemented`;
  if (context.agreed) return `the contract was agreed; ${count}`;
  const why = whyNotAgreed(context);
  return context.locked ? `${why}; ${count}` : why;
}

/** High: agreed, implemented by all and to the letter. Medium: agreed, or signed by a majority. Else low. */
function confidenceOf(context: Negotiation): Confidence {
  const { locked, implementations } = context;
  if (!locked) return 'low';
  const isExact = Object.values(implementations).every(({ deviations }) => deviations === 0);
  if (context.agreed) return missing(context).length === 0 && isExact ? 'high' : 'medium';
  return isMajority(context, locked.signedBy) ? 'medium' : 'low';
}

function notesOf(context: Negotiation): string[] {
  const { locked, versions, implementations, negotiators } = context;
  const notes: string[] = [];
  if (versions.length === 0) notes.push('no contract');
  else if (!locked) notes.push('the contract was not locked, and nothing was implemented');
  else if (!context.agreed) notes.push('the contract was not agreed by all: best of partial talks');
  if (locked) {
    for (const seat of missing(context)) notes.push(`no implementation from ${seat}`);
    for (const seat of negotiators)
      if ((implementations[seat]?.deviations ?? 0) > 0)
        notes.push(`the implementation of ${seat} deviates from the contract`);
  }
  return [...notes, ...lostNotes(context)];
}
