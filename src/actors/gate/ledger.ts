/**
 * The account of a team: what is settled, what is reserved and for which work. Pure values and the ways in
 * which an event changes them; `budget` judges by it, `speakers` measures what the next request may hold.
 *
 * Invariants
 * 1. A reservation is open from `work.admitted` until the work settles, and is then counted once.
 * 2. A paid attempt that ends without a word of its usage is settled at its full reservation.
 */
import { type Amount, amountOf, minus, NO_AMOUNT, plus, type Usage } from '../../events/amounts.ts';
import type { JsonObject } from '../../events/event.ts';
import {
  isFailure,
  workAdmitted,
  workCancelled,
  workDelayed,
  workLapsed,
  workStarted,
} from '../../events/words/work.ts';
import type { Forked } from '../state/forked-state.ts';
import type { Formed } from '../state/team-state.ts';
import type { FoldedEvent } from './policy.ts';
import { claim, heard, NOBODY, type Speakers, underModel } from './speakers.ts';

export interface Ledger extends Speakers {
  limit: { tokens: number | null; usd: number | null };
  settled: Amount;
  reserved: Amount;
  /** Tokens kept for the final synthesis. */
  aside: number;
  /** Works with their reservations; pairs, since an object whose keys never come twice is slow to copy. */
  open: [work: string, reserved: Amount][];
  breached: boolean;
  neared: string[];
}

export function openLedger({ limits, request }: Formed): Ledger {
  return {
    limit: limitOf(limits),
    settled: NO_AMOUNT,
    reserved: NO_AMOUNT,
    aside: asideOf(limits),
    open: [],
    ...NOBODY,
    requestBytes: Buffer.byteLength(JSON.stringify(request ?? '')),
    breached: false,
    neared: [],
  };
}

const limitOf = ({ tokens, usd }: Formed['limits']): Ledger['limit'] => ({
  tokens: tokens ?? null,
  usd: usd ?? null,
});

const asideOf = ({ tokens, synthesisTokens }: Formed['limits']): number =>
  tokens === undefined ? 0 : Math.min(synthesisTokens, Math.floor(tokens / 4));

/** What is held back for a piece of work, if anything. */
export function reservedFor({ open }: Ledger, work: string): Amount | undefined {
  return open.find(([id]) => id === work)?.[1];
}

/** The account goes on under the fork's limits. What the origin had under way is not paid for here. */
export function forkLedger(ledger: Ledger, { limits, model, below }: Forked): Ledger {
  const held = ledger.open.filter(([work]) => below.includes(work));
  return {
    ...underModel(ledger, model),
    limit: limitOf(limits),
    aside: ledger.aside === 0 ? 0 : asideOf(limits),
    open: held,
    reserved: held.reduce((sum, [, reserved]) => plus(sum, reserved), NO_AMOUNT),
  };
}

/** Reservations made, kept and settled. */
export function account(ledger: Ledger, event: FoldedEvent): Ledger {
  const { work, type, data } = event;
  if (work === undefined) return ledger;
  if (type === workAdmitted.type) return reserve(ledger, work, data);
  const held = reservedFor(ledger, work);
  if (!held || type === workStarted.type) return ledger;
  switch (type) {
    // Admitted, and then the governor had it wait: it is judged anew.
    case workDelayed.type:
      return settle(ledger, work, held, NO_AMOUNT);
    case workCancelled.type:
      return data['started'] === true ? ledger : settle(ledger, work, held, NO_AMOUNT);
    case workLapsed.type:
      return settle(ledger, work, held, data['settled'] as Amount);
  }
  return settleResult(ledger, event, work, held);
}

function settleResult(ledger: Ledger, event: FoldedEvent, work: string, held: Amount): Ledger {
  const {
    usage,
    spent: below,
    answeredBy,
  } = event.data as {
    usage?: Usage;
    spent?: Amount;
    answeredBy?: { tokens: number };
  };
  const failed = isFailure(event.type);
  const own = usage ? amountOf(usage) : failed ? NO_AMOUNT : held;
  const spent = below ?? own;
  // A team below that was given no share of a unit, because none is limited, cannot exceed it.
  const bound = below ? boundOf(ledger, held, below) : held;
  const settled = settle(ledger, work, held, spent, bound);
  // What a team below has used says nothing of the speaker's own next request.
  if (!usage || below || failed) return settled;
  // An answer that was not asked of a model now still stands in the next prompt.
  return heard(settled, event.to[0], answeredBy?.tokens ?? spent.tokens);
}

function reserve(ledger: Ledger, work: string, data: JsonObject): Ledger {
  const amount = data['reserved'] as Amount;
  const counts = data['effect'] === 'paid' || data['effect'] === 'attaching';
  if (amount.tokens === 0 && amount.usd === 0 && !counts) return ledger;
  return {
    ...claim(ledger, work.slice(0, work.indexOf('/'))),
    aside: data['purpose'] === 'synthesis' ? 0 : ledger.aside,
    reserved: plus(ledger.reserved, amount),
    open: [...ledger.open, [work, amount]],
  };
}

function boundOf({ limit }: Ledger, held: Amount, spent: Amount): Amount {
  return {
    tokens: limit.tokens === null && held.tokens === 0 ? spent.tokens : held.tokens,
    usd: limit.usd === null && held.usd === 0 ? spent.usd : held.usd,
  };
}

function settle(ledger: Ledger, work: string, held: Amount, spent: Amount, bound = held): Ledger {
  return {
    ...ledger,
    open: ledger.open.filter(([id]) => id !== work),
    breached: ledger.breached || spent.tokens > bound.tokens || spent.usd > bound.usd + 1e-8,
    reserved: minus(ledger.reserved, held),
    settled: plus(ledger.settled, spent),
  };
}

/** What is neither settled nor held by others, nor kept for the synthesis. */
export function spare(ledger: Ledger, synthesis: boolean, reserved = ledger.reserved): Amount {
  const { limit, settled } = ledger;
  const aside = synthesis ? 0 : ledger.aside;
  return {
    tokens: (limit.tokens ?? Number.POSITIVE_INFINITY) - settled.tokens - reserved.tokens - aside,
    usd: (limit.usd ?? Number.POSITIVE_INFINITY) - settled.usd - reserved.usd,
  };
}
