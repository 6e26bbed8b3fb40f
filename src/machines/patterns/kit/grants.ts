/**
 * The turns that a pattern has granted and not yet got back: a small ledger in the pattern's context.
 *
 * Invariants
 * 1. The numbers of a seat's grants rise by one; a move counts only for the last of them, and only once.
 * 2. A seat that gave its turn back still owes it, under no number, until the team has refilled the seat (the
 *    turn is granted anew, a bounded number of times) or lost it.
 */
import type { Said } from '../../../events/event.ts';
import type { turnGranted, turnRevoked } from '../../../events/words/agent.ts';

export interface Grants {
  /** The last number given to each seat. */
  readonly given: Readonly<Record<string, number>>;
  /** Who owes a move, and for which grant; 0: given back, a successor is awaited. */
  readonly owed: Readonly<Record<string, number>>;
  /** How often a turn was granted anew to a successor in the seat. */
  readonly again: Readonly<Record<string, number>>;
}

export const NO_GRANTS: Grants = { given: {}, owed: {}, again: {} };

/** Grants each of the seats a turn. */
export function grantTo(grants: Grants, seats: readonly string[]): Grants {
  const given: Record<string, number> = { ...grants.given };
  const owed: Record<string, number> = { ...grants.owed };
  for (const seat of seats) {
    given[seat] = (given[seat] ?? 0) + 1;
    owed[seat] = given[seat];
  }
  return { ...grants, given, owed };
}

/** Grants the turn that a seat owes anew, to its successor. */
export function grantAgain(grants: Grants, seat: string): Grants {
  const again = { ...grants.again, [seat]: (grants.again[seat] ?? 0) + 1 };
  return { ...grantTo(grants, [seat]), again };
}

/** The seat owes nothing any more. */
export function settle(grants: Grants, seat: string): Grants {
  const { [seat]: _, ...owed } = grants.owed;
  return { ...grants, owed };
}

/** The seat has given its turn back, and a successor is awaited. */
export const givenBack = (grants: Grants, seat: string): Grants => ({
  ...grants,
  owed: { ...grants.owed, [seat]: 0 },
});

export const owes = (grants: Grants, seat: string): boolean => grants.owed[seat] !== undefined;
export const isSettled = (grants: Grants): boolean => {
  for (const _ in grants.owed) return false;
  return true;
};

/** Whether a seat answers (or gives back) exactly the turn that it holds. */
export const holds = (grants: Grants, seat: string, grant: number): boolean =>
  grant > 0 && grants.owed[seat] === grant;

/** Whether a seat owes a turn that may be granted anew. */
export const mayGrantAgain = (grants: Grants, seat: string, refills: number): boolean =>
  owes(grants, seat) && (grants.again[seat] ?? 0) < refills;

type Granted = Said<typeof turnGranted>;

/** Says the grant that stands in the ledger, to the seat and to the team that watches over it. */
export const granted = (
  grants: Grants,
  agent: string,
  turn: Pick<Granted, 'round' | 'brief' | 'moves' | 'material' | 'blind'>,
): Granted => ({
  type: 'turn.granted',
  to: [agent, 'team'],
  agent,
  grant: grants.given[agent]!,
  purpose: 'work',
  ...turn,
});

/** Takes every turn back that is still held, so that nobody works for nothing. */
export const revoked = (grants: Grants, reason: string): Said<typeof turnRevoked>[] =>
  Object.entries(grants.owed)
    .filter(([, grant]) => grant > 0)
    .map(([agent, grant]) => ({ type: 'turn.revoked', to: [agent, 'team'], agent, grant, reason }));
