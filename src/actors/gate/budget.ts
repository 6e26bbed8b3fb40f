/**
 * Budget: reserve, call, settle. What a call may cost at most is reserved before it starts; what it did
 * cost is settled when its result is heard; the synthesis is set aside before anything else. The account
 * is kept by `ledger`; here stands what is said of it: the verdict on each call, and warnings.
 *
 * Invariants
 * 1. At every revision settled + reserved <= limit, for tokens and for USD, unless a breach is recorded.
 * 2. After a breach (a provider reports more than was reserved) no paid work is admitted.
 */
import { type Amount, minus, money, NO_AMOUNT } from '../../events/amounts.ts';
import type { JsonObject } from '../../events/event.ts';
import { teamForked } from '../../events/words/fork.ts';
import { budgetBreached, limitNeared } from '../../events/words/work.ts';
import type { Forked } from '../state/forked-state.ts';
import type { Reserve } from '../worker.ts';
import { account, forkLedger, type Ledger, openLedger, reservedFor, spare } from './ledger.ts';
import type { FoldedEvent, Notice, Policy, Verdict, WorkQuestion } from './policy.ts';
import { listen } from './speakers.ts';

/** How long to wait for others' reservations before asking again, milliseconds; a settlement asks at once. */
const WAIT_MS = 30_000;

export const budget: Policy<Ledger> = {
  name: 'budget',
  initial: openLedger,
  apply: (ledger, event) =>
    event.type === teamForked.type
      ? forkLedger(ledger, event.data as Forked)
      : account(listen(ledger, event), event),
  judge: (ledger, question) =>
    question.effect === 'paid' || question.effect === 'attaching'
      ? judgePaid(ledger, question)
      : undefined,
  notices,
};

function judgePaid(ledger: Ledger, { work, worker, at }: WorkQuestion): Verdict | undefined {
  if (ledger.breached) {
    return refusal(
      'breach',
      'a provider used more than was reserved; no further paid work is admitted',
    );
  }
  const speaker = ledger.speakers[work.actor];
  const need = worker?.reserve?.({
    input: work.input,
    lastTokens: speaker?.lastTokens ?? 0,
    newBytes: speaker?.newBytes ?? 0,
    free: freeOf(ledger),
    ...(speaker
      ? { profile: { model: speaker.model, outputTokensMax: speaker.outputTokensMax } }
      : {}),
  });
  if (!need) return undefined;
  const synthesis = isSynthesis(work.input);
  const free = spare(ledger, synthesis);
  const output = outputWithin(need, free);
  if (output >= need.outputTokensMin) {
    const tokens = need.inputTokens + output;
    return {
      admit: {
        reserved: { tokens, usd: money(need.usd(need.inputTokens, output)) },
        ...(output < need.outputTokens ? { outputTokensMax: output } : {}),
      },
    };
  }
  // It would fit if what others have reserved came back: wait for that instead of refusing.
  const waiting = outputWithin(need, spare(ledger, synthesis, NO_AMOUNT)) >= need.outputTokensMin;
  if (waiting && (ledger.reserved.tokens > 0 || ledger.reserved.usd > 0)) {
    return {
      delay: { until: at + WAIT_MS, reason: 'budget: waits until reserved tokens are settled' },
    };
  }
  return shortage(ledger, need, free);
}

const isSynthesis = (input: unknown) =>
  typeof input === 'object' && input !== null && (input as JsonObject)['purpose'] === 'synthesis';

/** What is free now; null where there is no limit. */
function freeOf(ledger: Ledger): { tokens: number | null; usd: number | null } {
  const { tokens, usd } = spare(ledger, false);
  const { limit } = ledger;
  return {
    tokens: limit.tokens === null ? null : Math.max(0, tokens),
    usd: limit.usd === null ? null : money(usd),
  };
}

/** The most output tokens, up to those wanted, whose worst case fits into what is free; negative if none. */
function outputWithin(need: Reserve, free: Amount): number {
  let output = Math.min(need.outputTokens, free.tokens - need.inputTokens);
  if (output < 0 || free.usd === Number.POSITIVE_INFINITY) return output;
  const base = need.usd(need.inputTokens, 0);
  const perToken = need.usd(0, 1_000_000) / 1_000_000;
  if (base + perToken * output > free.usd)
    output = perToken > 0 ? Math.floor((free.usd - base) / perToken) : -1;
  return output;
}

function shortage(ledger: Ledger, need: Reserve, free: Amount): Verdict {
  const { limit } = ledger;
  const tokens = need.inputTokens + need.outputTokensMin;
  if (limit.tokens !== null && tokens > free.tokens) {
    return refusal(
      'tokens',
      `the call may need ${tokens} tokens, ${Math.max(0, free.tokens)} of ${limit.tokens} are free`,
    );
  }
  const usd = need.usd(need.inputTokens, need.outputTokensMin).toFixed(4);
  return refusal(
    'usd',
    `the call may cost $${usd}, $${Math.max(0, free.usd).toFixed(4)} of $${limit.usd} are free`,
  );
}

const refusal = (limit: string, message: string): Verdict => ({ refuse: { limit, message } });

function notices(before: Ledger, after: Ledger, event: FoldedEvent): Notice[] {
  const said: Notice[] = [];
  if (after.breached && !before.breached && event.work !== undefined) {
    const reported = minus(after.settled, before.settled);
    said.push({
      type: budgetBreached.type,
      data: { work: event.work, reserved: reservedFor(before, event.work)!, reported },
    });
  }
  for (const unit of ['tokens', 'usd'] as const) {
    if (isNeared(before, unit) || !isNeared(after, unit)) continue;
    said.push({
      type: limitNeared.type,
      data: { limit: unit, used: after.settled[unit], of: after.limit[unit] },
    });
  }
  return said;
}

function isNeared({ limit, settled }: Ledger, unit: 'tokens' | 'usd'): boolean {
  const most = limit[unit];
  return most !== null && settled[unit] >= most * 0.8;
}
