/**
 * What the metrics of a team keep, and how an event is entered: counted for the team, its agent and its round, and
 * a reservation settled, given back or held, as the doorkeeper counts.
 */

import { type Amount, amountOf, type Usage } from '../../events/amounts.ts';
import type { EventOf, RecordedEvent } from '../../events/event.ts';
import type * as child from '../../events/words/child.ts';
import { ownerOf } from '../../events/work-id.ts';
import { enter, entry } from '../kit/named.ts';
import { countUsage, emptyTally, type Tally } from './tally.ts';

export interface Metrics {
  total: Tally;
  agents: { [agent: string]: Tally };
  rounds: { [round: string]: Tally };
  settled: Amount;
  reserved: Amount;
  limits: { tokens: number | null; usd: number | null };
  delays: number;
  delayedMs: number;
  refusals: { [limit: string]: number };
  /** Limits of which 80 % were used. */
  neared: string[];
  breaches: number;
  /** Calls that child teams made, as they told at their ends; agents and rounds do not count them. */
  childCalls: number;
  /** Replies that were only rehearsed. */
  rehearsed: number;
  startedAt: number | null;
  updatedAt: number | null;
  /** Reservations that nothing has settled; for the fold. */
  open: { [work: string]: Amount };
  /** Whose last call failed, and the round each agent is in; for the fold. */
  failing: { [agent: string]: boolean };
  roundOf: { [agent: string]: number };
  round: number;
}

export const noMetrics: Metrics = {
  total: emptyTally(),
  agents: {},
  rounds: {},
  settled: { tokens: 0, usd: 0 },
  reserved: { tokens: 0, usd: 0 },
  limits: { tokens: null, usd: null },
  delays: 0,
  delayedMs: 0,
  refusals: {},
  neared: [],
  breaches: 0,
  childCalls: 0,
  rehearsed: 0,
  startedAt: null,
  updatedAt: null,
  open: {},
  failing: {},
  roundOf: {},
  round: 0,
};

/** Counts for the team, the agent and the round that the agent is in. */
export function each(
  draft: Metrics,
  event: RecordedEvent,
  agent: string,
  count: (tally: Tally) => void,
): void {
  const round = String(entry(draft.roundOf, agent) ?? draft.round);
  const ofAgent = entry(draft.agents, agent) ?? enter(draft.agents, agent, emptyTally());
  const ofRound = entry(draft.rounds, round) ?? enter(draft.rounds, round, emptyTally());
  for (const tally of [draft.total, ofAgent, ofRound]) count(tally);
  touch(draft, event);
}

export function touch(draft: Metrics, event: RecordedEvent): void {
  draft.updatedAt = event.meta.at;
}

/**
 * The reservation is given back and what was used takes its place, as the doorkeeper counts: without a word of
 * usage a failure costs nothing, and anything else all that was reserved.
 */
export function settleUsage(
  draft: Metrics,
  work: string | undefined,
  usage?: Usage,
  failed = false,
): void {
  const held = work === undefined ? undefined : draft.open[work];
  if (work === undefined || !held) return;
  const { tokens, usd } = held;
  release(draft, work);
  if (usage) add(draft.settled, amountOf(usage), 1);
  else if (!failed) add(draft.settled, { tokens, usd }, 1);
}

/** A child team says what it cost; its models' usage is counted, its calls are in its own metrics. */
export function countChildTeam(
  draft: Metrics,
  event: EventOf<typeof child.teamReturned> | EventOf<typeof child.teamFailed>,
): void {
  const { usage, spent, modelCalls = 0 } = event.data;
  draft.childCalls += modelCalls;
  if (usage) each(draft, event, ownerOf(event), (tally) => countUsage(tally, usage));
  settleShare(draft, event.meta.work, spent, event.type === 'team.failed');
  touch(draft, event);
}

export function settleShare(
  draft: Metrics,
  work: string | undefined,
  spent?: Amount,
  failed = false,
): void {
  if (!spent || work === undefined || !Object.hasOwn(draft.open, work)) {
    settleUsage(draft, work, undefined, failed);
    return;
  }
  release(draft, work);
  add(draft.settled, spent, 1);
}

export function release(draft: Metrics, work: string): void {
  const held = Object.hasOwn(draft.open, work) ? draft.open[work] : undefined;
  if (!held) return;
  add(draft.reserved, held, -1);
  delete draft.open[work];
  // Sums of fractions of a dollar drift; nothing open means nothing reserved.
  if (Object.keys(draft.open).length === 0) draft.reserved = { tokens: 0, usd: 0 };
}

export function add(to: Amount, amount: Amount, sign: 1 | -1): void {
  to.tokens += sign * amount.tokens;
  to.usd += sign * amount.usd;
}
