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
import type { Heard } from '../../../events/event.ts';
import type {
  acceptContract,
  counterPropose,
  proposeContract,
  submitImplementation,
} from '../../../events/words/moves-contract-first-negotiation.ts';
import { NO_GRANTS, settle } from '../kit/grants.ts';
import { type TurnTaking, thereOf } from '../kit/turn-taking.ts';

export const contractLimits = z.strictObject({
  /** In a round all who have not signed the newest version answer it. */
  rounds: z.int().min(1).max(8).default(4),
  /** Times in a round that a seat whose answer was to an older version is shown the newest. */
  crossings: z.int().min(1).max(3).default(2),
  /** Times a seat's turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});
export type ContractLimits = z.output<typeof contractLimits>;

const DEFAULTS = contractLimits.parse({});

export interface ContractInput {
  negotiators: readonly string[];
  limits?: Partial<ContractLimits>;
}

export interface Version {
  version: number;
  revision: number;
  by: string;
  signedBy: readonly string[];
}

export interface ContractContext extends TurnTaking {
  negotiators: readonly string[];
  limits: ContractLimits;
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

export type Proposed = Heard<typeof proposeContract.event>;
export type Countered = Heard<typeof counterPropose.event>;
export type Accepted = Heard<typeof acceptContract.event>;
export type Implemented = Heard<typeof submitImplementation.event>;

type Change = Partial<ContractContext>;

export const newNegotiation = (input: ContractInput | undefined): ContractContext => ({
  negotiators: input?.negotiators ?? [],
  limits: { ...DEFAULTS, ...input?.limits },
  round: 0,
  grants: NO_GRANTS,
  versions: [],
  locked: null,
  agreed: false,
  crossed: {},
  pressed: [],
  implementations: {},
  lost: [],
  ending: null,
});

export const newestOf = ({ versions }: ContractContext): Version | undefined =>
  versions[versions.length - 1];

export const withVersion = (
  context: ContractContext,
  { from, revision }: Proposed | Countered,
): Change => {
  const version = context.versions.length + 1;
  return {
    versions: [...context.versions, { version, revision, by: from, signedBy: [from] }],
    grants: settle(context.grants, from),
  };
};

export const withSignature = (context: ContractContext, { from }: Accepted): Change => {
  const newest = newestOf(context)!;
  const signed = { ...newest, signedBy: [...newest.signedBy, from] };
  return {
    versions: [...context.versions.slice(0, -1), signed],
    grants: settle(context.grants, from),
  };
};

export const withImplementation = (context: ContractContext, made: Implemented): Change => ({
  implementations: {
    ...context.implementations,
    [made.from]: { revision: made.revision, deviations: made.deviations.length },
  },
  grants: settle(context.grants, made.from),
});

export const negotiatorsThere = (context: ContractContext): string[] =>
  thereOf(context.negotiators, context);

/** There are two who can come to agree. */
export const isQuorate = (context: ContractContext): boolean =>
  negotiatorsThere(context).length > 1;

export const unsigned = (context: ContractContext): string[] =>
  negotiatorsThere(context).filter((seat) => !newestOf(context)?.signedBy.includes(seat));

/** The first version is a proposal; every other one is a counter-proposal. */
export const hasCounter = ({ versions }: ContractContext): boolean => versions.length > 1;

/** Two at least have signed the newest version, and all who are there. */
export const isAgreed = (context: ContractContext): boolean =>
  hasCounter(context) && newestOf(context)!.signedBy.length > 1 && unsigned(context).length === 0;

export const mayNegotiate = (context: ContractContext): boolean =>
  context.ending === null &&
  context.round < context.limits.rounds &&
  context.versions.length > 0 &&
  isQuorate(context);

export const mayImplement = (context: ContractContext): boolean =>
  context.versions.length > 0 && negotiatorsThere(context).length > 0;

/** The version that holds: the locked one, or the newest while there is none. */
export const inForce = (context: ContractContext): Version | undefined =>
  context.locked ?? newestOf(context);

export const isInForce = (context: ContractContext, { version }: { version: number }): boolean =>
  inForce(context)?.version === version;

export const mayCross = ({ crossed, limits }: ContractContext, seat: string): boolean =>
  (crossed[seat] ?? 0) < limits.crossings;

/** The version that most have signed; of several the newest. */
export const bestOf = ({ versions }: ContractContext): Version | undefined =>
  versions.reduce<Version | undefined>(
    (best, one) => (best && best.signedBy.length > one.signedBy.length ? best : one),
    undefined,
  );

/** Who has ever written a counter-proposal. */
export const countering = ({ versions }: ContractContext): string[] => [
  ...new Set(versions.slice(1).map(({ by }) => by)),
];
