/**
 * What a negotiation remembers: the versions of the contract and who signed which, what is locked, who has
 * implemented it. Pure; `contract-first-negotiation.ts` is the chart. A contract is a revision here.
 *
 * Invariants
 * 1. Versions are numbered from 1 without a gap; only an answer to the newest changes anything.
 * 2. Whoever writes a version signs it; nobody else signs before there has been a counter-proposal.
 * 3. What is locked stays locked, and is one of the versions.
 */
import { z } from 'zod';
import { type HeardMove, type Memory, refills } from '../kit/pattern-spec.ts';
import { thereOf } from '../kit/turn-taking.ts';
import type {
  acceptContract,
  counterPropose,
  proposeContract,
  submitImplementation,
} from './words.ts';

export const contractLimits = z.strictObject({
  /** In a round all who have not signed the newest version answer it. */
  rounds: z.int().min(1).max(8).default(4),
  /** Times in a round that a seat whose answer was to an older version is shown the newest. */
  crossings: z.int().min(1).max(3).default(2),
  refills,
});

export interface Version {
  version: number;
  revision: number;
  by: string;
  signedBy: readonly string[];
}

export interface Negotiation extends Memory<z.output<typeof contractLimits>> {
  negotiators: readonly string[];
  /** Oldest first. */
  versions: readonly Version[];
  locked: Version | null;
  /** Whether all who were there had signed what was locked. */
  agreed: boolean;
  /** Of this round: how often each was shown the newest version after an answer to an older one. */
  crossed: Readonly<Record<string, number>>;
  /** Whose acceptance was refused because there had been no counter-proposal. */
  pressed: readonly string[];
  implementations: Readonly<Record<string, { revision: number; deviations: number }>>;
}

export type Proposed = HeardMove<typeof proposeContract>;
export type Countered = HeardMove<typeof counterPropose>;
export type Accepted = HeardMove<typeof acceptContract>;
export type Implemented = HeardMove<typeof submitImplementation>;
/** A move that names the version which it answers. */
export type Answering = Countered | Accepted | Implemented;

type Change = Partial<Negotiation>;

/** What it remembers at first. */
export const newNegotiation = {
  versions: [],
  locked: null,
  agreed: false,
  crossed: {},
  pressed: [],
  implementations: {},
};

export const newestOf = ({ versions }: Negotiation): Version | undefined => versions.at(-1);

export const withVersion = (
  { versions }: Negotiation,
  { from, revision }: Proposed | Countered,
): Change => ({
  versions: [...versions, { version: versions.length + 1, revision, by: from, signedBy: [from] }],
});

export function withSignature(context: Negotiation, { from }: Accepted): Change {
  const newest = newestOf(context);
  return {
    versions: context.versions.map((one) =>
      one === newest ? { ...one, signedBy: [...one.signedBy, from] } : one,
    ),
  };
}

export const withImplementation = (context: Negotiation, made: Implemented): Change => ({
  implementations: {
    ...context.implementations,
    [made.from]: { revision: made.revision, deviations: made.deviations.length },
  },
});

export const negotiatorsThere = (context: Negotiation): string[] =>
  thereOf(context.negotiators, context);

/** There are two who can come to agree. */
export const isQuorate = (context: Negotiation): boolean => negotiatorsThere(context).length > 1;

export const unsigned = (context: Negotiation): string[] =>
  negotiatorsThere(context).filter((seat) => !newestOf(context)?.signedBy.includes(seat));

/** The first version is a proposal; every other one is a counter-proposal. */
export const hasCounter = ({ versions }: Negotiation): boolean => versions.length > 1;

export const hasContract = ({ versions }: Negotiation): boolean => versions.length > 0;

/** Two at least have signed the newest version, and all who are there. */
export function isAgreed(context: Negotiation): boolean {
  const signed = newestOf(context)?.signedBy ?? [];
  return hasCounter(context) && signed.length > 1 && unsigned(context).length === 0;
}

export const mayNegotiate = (context: Negotiation): boolean =>
  !isAgreed(context) &&
  context.ending === null &&
  context.round < context.limits.rounds &&
  hasContract(context) &&
  isQuorate(context);

export const mayImplement = (context: Negotiation): boolean =>
  isAgreed(context) || (hasContract(context) && negotiatorsThere(context).length > 0);

/** The version that holds: the locked one, or the newest while there is none. */
export const inForce = (context: Negotiation): Version | undefined =>
  context.locked ?? newestOf(context);

export const isInForce = (context: Negotiation, { version }: Answering): boolean =>
  inForce(context)?.version === version;

/** It answers an older version, from one who may be shown the newest once more. */
export const isOutdated = (context: Negotiation, answer: Answering): boolean =>
  !isInForce(context, answer) && (context.crossed[answer.from] ?? 0) < context.limits.crossings;

export const isEarly = (context: Negotiation, accepted: Accepted): boolean =>
  isInForce(context, accepted) && !hasCounter(context) && !context.pressed.includes(accepted.from);

export const maySign = (context: Negotiation, accepted: Accepted): boolean =>
  isInForce(context, accepted) && hasCounter(context);

/** The version that most have signed; of several the newest. */
export const bestOf = ({ versions }: Negotiation): Version | undefined =>
  versions.reduce<Version | undefined>(
    (best, one) => (best && best.signedBy.length > one.signedBy.length ? best : one),
    undefined,
  );

/** Who has ever written a counter-proposal. */
export const countering = ({ versions }: Negotiation): string[] => [
  ...new Set(versions.slice(1).map(({ by }) => by)),
];
