/**
 * Budget: reserve, call, settle. What a call may cost at most is reserved before it starts; what it did
 * cost is settled when its result is heard; the synthesis is set aside before anything else.
 *
 * Invariants
 * 1. At every revision settled + reserved <= limit, for tokens and for USD, unless a breach is recorded.
 * 2. A paid attempt that ends without a word of its usage is settled at its full reservation.
 * 3. After a breach (a provider reports more than was reserved) no paid work is admitted.
 */

import { type Amount, tokensOf, type Usage } from '../../events/amounts.ts';
import type { JsonObject } from '../../events/event.ts';
import type { Forked } from '../state/forked-state.ts';
import type { Formed } from '../state/team-state.ts';
import type { Reserve } from '../worker.ts';
import type { FoldedEvent, Notice, Policy, Verdict, WorkQuestion } from './policy.ts';

interface Speaker {
  model: string;
  outputTokensMax: number;
  /** Tokens of its last paid reply; bytes it has heard since, and ever. */
  lastTokens: number;
  newBytes: number;
  allBytes: number;
  /** The part of `newBytes` that the call under way already holds. */
  claimed: number;
}

export interface Ledger {
  limit: { tokens: number | null; usd: number | null };
  settled: Amount;
  reserved: Amount;
  /** Tokens kept for the final synthesis. */
  aside: number;
  /** Works with their reservations; pairs, since an object whose keys never come twice is slow to copy. */
  open: [work: string, reserved: Amount][];
  speakers: { [actor: string]: Speaker };
  /** Revision and bytes of the latest events that a brief may show as material. */
  shown: [revision: number, bytes: number][];
  /** Bytes of the largest such event ever: what an older one is taken to have. */
  shownMax: number;
  requestBytes: number;
  breached: boolean;
  /** Since a fork: asked instead of the model that a profile names. */
  model?: string;
  neared: string[];
}

/** What the Messages API adds around a message, and around tools, in tokens; generous. */
const FRAME = 128;
const TOOLS_FRAME = 1024;
/** How many events shown are remembered one by one: more than a team's messages are, unless limits are raised. */
const SHOWN_MAX = 128;
/** How long to wait for others' reservations before asking again, milliseconds; a settlement asks at once. */
const WAIT_MS = 30_000;

export const budget: Policy<Ledger> = {
  name: 'budget',
  initial: (formed) => ({
    limit: { tokens: formed.limits.tokens ?? null, usd: formed.limits.usd ?? null },
    settled: { tokens: 0, usd: 0 },
    reserved: { tokens: 0, usd: 0 },
    aside: asideOf(formed),
    open: [],
    speakers: {},
    shown: [],
    shownMax: 0,
    requestBytes: Buffer.byteLength(JSON.stringify(formed.request ?? '')),
    breached: false,
    neared: [],
  }),
  apply: (ledger, event) =>
    event.type === 'team.forked'
      ? forked(ledger, event.data as unknown as Forked)
      : account(listen(ledger, event), event),
  judge: (ledger, question) =>
    question.effect === 'paid' || question.effect === 'attaching'
      ? judgePaid(ledger, question)
      : undefined,
  notices,
};

function asideOf({ limits }: Pick<Formed, 'limits'>): number {
  return limits.tokens === undefined
    ? 0
    : Math.min(limits.synthesisTokens, Math.floor(limits.tokens / 4));
}

/** Who has heard how much: the measure of what the next request may hold. */
function listen(ledger: Ledger, event: FoldedEvent): Ledger {
  if (event.type === 'agent.joined') return seat(ledger, event);
  const listeners = event.to.filter((actor) => ledger.speakers[actor]);
  const self = event.actor !== undefined && ledger.speakers[event.actor] ? event.actor : undefined;
  const material = event.type === 'turn.granted' ? materialBytes(ledger, event.data) : 0;
  if (listeners.length === 0 && self === undefined && !event.message) return ledger;
  const speakers = { ...ledger.speakers };
  const bytes = event.bytes + FRAME + material;
  for (const actor of self === undefined || listeners.includes(self)
    ? listeners
    : [...listeners, self]) {
    const before = speakers[actor]!;
    speakers[actor] = {
      ...before,
      newBytes: before.newBytes + bytes,
      allBytes: before.allBytes + bytes,
    };
  }
  return event.message ? show({ ...ledger, speakers }, event) : { ...ledger, speakers };
}

/** Bounded, or the ledger and every snapshot of it would grow with the stream. */
function show(ledger: Ledger, { revision, bytes }: FoldedEvent): Ledger {
  const shown = [...ledger.shown.slice(1 - SHOWN_MAX), [revision, bytes] as [number, number]];
  return { ...ledger, shown, shownMax: Math.max(ledger.shownMax, bytes) };
}

function seat(ledger: Ledger, event: FoldedEvent): Ledger {
  const { actor, profile } = event.data as {
    actor: string;
    profile: { model: string; outputTokensMax: number };
  };
  // A successor is shown the transcript of those who sat here before it.
  const before = ledger.speakers[actor]?.allBytes ?? 0;
  const bytes = event.bytes + ledger.requestBytes + TOOLS_FRAME + before;
  const speaker = {
    model: ledger.model ?? profile.model,
    outputTokensMax: profile.outputTokensMax,
    lastTokens: 0,
    newBytes: bytes,
    allBytes: bytes,
    claimed: 0,
  };
  return { ...ledger, speakers: { ...ledger.speakers, [actor]: speaker } };
}

/** The account goes on under the fork's limits. What the origin had under way is not paid for here. */
function forked(ledger: Ledger, { limits, model, below }: Forked): Ledger {
  const held = ledger.open.filter(([work]) => below.includes(work));
  const reserved = held.reduce((sum, [, amount]) => plus(sum, amount), ZERO);
  return {
    ...ledger,
    limit: { tokens: limits.tokens ?? null, usd: limits.usd ?? null },
    aside: ledger.aside === 0 ? 0 : asideOf({ limits }),
    open: held,
    reserved,
    speakers: mapped(ledger.speakers, (speaker) =>
      model === undefined ? { ...speaker, claimed: 0 } : anew(speaker, model),
    ),
    ...(model === undefined ? {} : { model }),
  };
}

/** Another model counts tokens in its own way: all that was heard is measured in bytes again. */
const anew = (speaker: Speaker, model: string): Speaker => ({
  ...speaker,
  model,
  lastTokens: 0,
  newBytes: speaker.allBytes,
  claimed: 0,
});

const mapped = <Value>(record: Readonly<Record<string, Value>>, to: (value: Value) => Value) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));

function materialBytes(ledger: Ledger, data: JsonObject): number {
  const revisions = (data['material'] ?? []) as number[];
  return revisions.reduce((sum, revision) => sum + shownBytes(ledger, revision) + FRAME, 0);
}

function shownBytes({ shown, shownMax }: Ledger, revision: number): number {
  const known = shown.find(([at]) => at === revision);
  if (known) return known[1];
  const [oldest] = shown;
  return oldest && shown.length === SHOWN_MAX && revision < oldest[0] ? shownMax : 0;
}

/** What is held back for a piece of work, if anything. */
export function reservedFor({ open }: Ledger, work: string): Amount | undefined {
  return open.find(([id]) => id === work)?.[1];
}

/** Reservations made, kept and settled. */
function account(ledger: Ledger, event: FoldedEvent): Ledger {
  const { work } = event;
  if (work === undefined) return ledger;
  if (event.type === 'work.admitted')
    return reserve(ledger, work, event.data['reserved'] as Amount, event.data);
  const held = reservedFor(ledger, work);
  if (!held || event.type === 'work.started') return ledger;
  // Admitted, and then the governor had it wait: it is judged anew.
  if (event.type === 'work.delayed') return settle(ledger, work, held, ZERO);
  if (event.type === 'work.cancelled') {
    return event.data['started'] === true ? ledger : settle(ledger, work, held, ZERO);
  }
  if (event.type === 'work.lapsed')
    return settle(ledger, work, held, event.data['settled'] as Amount);
  const usage = event.data['usage'] as Usage | undefined;
  const failed = event.type.endsWith('.failed') || event.type === 'work.refused';
  const below = event.data['spent'] as Amount | undefined;
  const own = usage ? { tokens: tokensOf(usage), usd: usage.usd } : failed ? ZERO : held;
  const spent = below ?? own;
  // A team below that was given no share of a unit, because none is limited, cannot exceed it.
  const bound = below ? boundOf(ledger, held, below) : held;
  const settled = settle(ledger, work, held, spent, bound);
  const actor = event.to[0];
  const speaker = actor === undefined ? undefined : settled.speakers[actor];
  // What a team below has used says nothing of the speaker's own next request.
  if (!speaker || !usage || below || failed) return settled;
  const heard = {
    ...speaker,
    // An answer that was not asked of a model now still stands in the next prompt.
    lastTokens:
      (event.data['answeredBy'] as { tokens: number } | undefined)?.tokens ?? spent.tokens,
    newBytes: speaker.newBytes - speaker.claimed,
    claimed: 0,
  };
  return { ...settled, speakers: { ...settled.speakers, [actor!]: heard } };
}

const ZERO: Amount = { tokens: 0, usd: 0 };
const plus = (a: Amount, b: Amount): Amount => ({
  tokens: a.tokens + b.tokens,
  usd: money(a.usd + b.usd),
});
const minus = (a: Amount, b: Amount): Amount => ({
  tokens: a.tokens - b.tokens,
  usd: money(a.usd - b.usd),
});
/** Millionths of a cent: adding and taking away the same amounts must come out at zero. */
const money = (usd: number) => Math.max(0, Math.round(usd * 1e8) / 1e8);

function reserve(ledger: Ledger, work: string, amount: Amount, data: JsonObject): Ledger {
  const counts = data['effect'] === 'paid' || data['effect'] === 'attaching';
  if (amount.tokens === 0 && amount.usd === 0 && !counts) return ledger;
  const aside = data['purpose'] === 'synthesis' ? 0 : ledger.aside;
  const actor = work.slice(0, work.indexOf('/'));
  const speaker = ledger.speakers[actor];
  const speakers = speaker
    ? { ...ledger.speakers, [actor]: { ...speaker, claimed: speaker.newBytes } }
    : ledger.speakers;
  return {
    ...ledger,
    aside,
    speakers,
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
  const open = ledger.open.filter(([id]) => id !== work);
  const breached = ledger.breached || spent.tokens > bound.tokens || spent.usd > bound.usd + 1e-8;
  return {
    ...ledger,
    open,
    breached,
    reserved: minus(ledger.reserved, held),
    settled: plus(ledger.settled, spent),
  };
}

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
  const free = spare(ledger, synthesis, ledger.reserved);
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
  const waiting = outputWithin(need, spare(ledger, synthesis, ZERO)) >= need.outputTokensMin;
  if (waiting && (ledger.reserved.tokens > 0 || ledger.reserved.usd > 0)) {
    return {
      delay: { until: at + WAIT_MS, reason: 'budget: waits until reserved tokens are settled' },
    };
  }
  return shortage(ledger, need, free);
}

const isSynthesis = (input: unknown) =>
  typeof input === 'object' && input !== null && (input as JsonObject)['purpose'] === 'synthesis';

function spare(ledger: Ledger, synthesis: boolean, reserved: Amount): Amount {
  const { limit, settled } = ledger;
  const aside = synthesis ? 0 : ledger.aside;
  return {
    tokens:
      limit.tokens === null
        ? Number.POSITIVE_INFINITY
        : limit.tokens - settled.tokens - reserved.tokens - aside,
    usd: limit.usd === null ? Number.POSITIVE_INFINITY : limit.usd - settled.usd - reserved.usd,
  };
}

/** What is free now; null where there is no limit. */
function freeOf(ledger: Ledger): { tokens: number | null; usd: number | null } {
  const { tokens, usd } = spare(ledger, false, ledger.reserved);
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
      type: 'budget.breached',
      data: { work: event.work, reserved: reservedFor(before, event.work)!, reported },
    });
  }
  for (const unit of ['tokens', 'usd'] as const) {
    if (isNeared(before, unit) || !isNeared(after, unit)) continue;
    said.push({
      type: 'limit.neared',
      data: { limit: unit, used: after.settled[unit], of: after.limit[unit] },
    });
  }
  return said;
}

function isNeared({ limit, settled }: Ledger, unit: 'tokens' | 'usd'): boolean {
  const most = limit[unit];
  return most !== null && settled[unit] >= most * 0.8;
}
