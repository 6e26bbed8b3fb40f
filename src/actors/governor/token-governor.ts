/**
 * The governor of one process: per key a token bucket for the rate, a bounded number of calls at once with a
 * queue before it, and a circuit breaker. It owns no timer and asks for no time: what it decides follows
 * from the times and outcomes it is told, so that a test or a simulation decides the same.
 *
 * Invariants, per key
 * 1. At most `concurrency` permits are out; waiters get theirs first come, first served.
 * 2. At most `burst + elapsed × requestsPerMinute` permits are given in any span of time.
 * 3. `failuresToOpen` failures in a row open the circuit. Nothing enters until `halfOpenAfterMs` have passed;
 *    then one probe does, whoever else comes waits for it, and its outcome closes or opens the circuit again.
 * 4. A promise of `soon` is kept, or rejected with a `WorkFailure`: `cancelled`, `circuitOpen` or `rateLimited`.
 * 5. While a key rests because its provider asked for it, nobody enters, whichever team asks.
 */

import { WorkFailure } from '../worker.ts';
import type { Entry, Governor, Outlook, Permit } from './governor.ts';

interface GovernorOptions {
  /** Entries per minute in the long run, per key. */
  requestsPerMinute?: number;
  /** Entries at once after a pause. */
  burst?: number;
  /** Permits out at the same time, per key. */
  concurrency?: number;
  /** Waiters per key; more are sent away for a second. */
  queueMax?: number;
  /** Failures in a row that open the circuit. */
  failuresToOpen?: number;
  /** How long an open circuit lets nobody in. */
  halfOpenAfterMs?: number;
  /** The clock by which a failure is dated; without it the latest `nowMs` told to `enter`. */
  now?: () => number;
}

type Settings = Required<Omit<GovernorOptions, 'now'>>;
type Circuit =
  | { is: 'closed'; failures: number }
  | { is: 'open'; since: number }
  | { is: 'halfOpen' };

interface Waiter {
  admit(): void;
  refuse(failure: WorkFailure): void;
}

/** What is known of one key. */
interface Gate {
  tokens: number;
  /** When `tokens` was right. */
  countedAt: number;
  /** Times already promised to those who found the bucket empty, rising. */
  promised: number[];
  out: number;
  waiting: Waiter[];
  circuit: Circuit;
  /** Nobody enters before. */
  restsUntil: number;
}

export function createGovernor(options: GovernorOptions = {}): Governor {
  const settings: Settings = {
    requestsPerMinute: positive('requestsPerMinute', options.requestsPerMinute ?? 100),
    burst: whole('burst', options.burst ?? 20),
    concurrency: whole('concurrency', options.concurrency ?? 8),
    queueMax: whole('queueMax', options.queueMax ?? 1000),
    failuresToOpen: whole('failuresToOpen', options.failuresToOpen ?? 5),
    halfOpenAfterMs: positive('halfOpenAfterMs', options.halfOpenAfterMs ?? 60_000),
  };
  const gates = new Map<string, Gate>();
  let seen = 0;
  const leftAt = () => Math.max(seen, options.now?.() ?? seen);
  return {
    enter(key, nowMs, signal) {
      const now = Math.max(seen, nowMs);
      seen = now;
      let gate = gates.get(key);
      if (!gate) {
        gate = newGate(settings, now);
        gates.set(key, gate);
      }
      return enter(gate, key, settings, now, signal, leftAt);
    },
    look(key, nowMs, before) {
      const now = Math.max(seen, nowMs);
      return look(gates.get(key) ?? newGate(settings, now), key, settings, now, before);
    },
  };
}

const newGate = (settings: Settings, now: number): Gate => ({
  tokens: settings.burst,
  countedAt: now,
  promised: [],
  out: 0,
  waiting: [],
  circuit: { is: 'closed', failures: 0 },
  restsUntil: 0,
});

function enter(
  gate: Gate,
  key: string,
  settings: Settings,
  now: number,
  signal: AbortSignal,
  leftAt: () => number,
): Entry {
  if (signal.aborted) return { failed: cancelled(key) };
  if (gate.restsUntil > now) return { until: gate.restsUntil, reason: rest(key) };
  const { circuit } = gate;
  if (circuit.is === 'open') {
    const waitMs = circuit.since + settings.halfOpenAfterMs - now;
    if (waitMs > 0) return { failed: circuitOpen(key, settings, waitMs) };
    gate.circuit = { is: 'halfOpen' };
  }
  const wait = waitForToken(gate, settings, now);
  if (wait !== undefined) return { until: wait, reason: rate(key, settings) };
  const permit = () => newPermit(gate, key, settings, leftAt);
  if (gate.out < places(gate, settings) && gate.waiting.length === 0) return { now: permit() };
  if (gate.waiting.length >= settings.queueMax) {
    gate.tokens += 1;
    return { until: now + 1000, reason: `${settings.queueMax} already wait for ${key}` };
  }
  return {
    soon: queue(gate, key, signal, permit),
    reason: `${gate.out} calls to ${key} under way`,
  };
}

function look(gate: Gate, key: string, settings: Settings, now: number, before: number): Outlook {
  if (gate.restsUntil > now) return { until: gate.restsUntil, reason: rest(key) };
  const { circuit } = gate;
  const isOpen = circuit.is === 'open';
  if (isOpen && circuit.since + settings.halfOpenAfterMs > now) return 'later';
  const tokens = tokensAt(gate, settings, now);
  // Those before took a token each, as long as there were any; the others were promised a time.
  const taken = Math.min(before, wholeTokens(tokens));
  if (tokens - taken < ONE_TOKEN) {
    const promised = gate.promised.filter((at) => at > now).length + before - taken;
    return {
      until: promisedAt(now, promised, tokens - taken, settings),
      reason: rate(key, settings),
    };
  }
  const free = (isOpen ? 1 : places(gate, settings)) - gate.out - taken;
  return free > 0 && gate.waiting.length === 0 ? 'now' : 'later';
}

/** The tolerance keeps rounding from sending away whoever comes at exactly the time it was told. */
const ONE_TOKEN = 1 - 1e-6;
const wholeTokens = (tokens: number) => Math.max(0, Math.floor(tokens + (1 - ONE_TOKEN)));

const rate = (key: string, { requestsPerMinute }: Settings) =>
  `${requestsPerMinute} requests a minute to ${key}`;

const perMs = ({ requestsPerMinute }: Settings) => requestsPerMinute / 60_000;

const tokensAt = (gate: Gate, settings: Settings, now: number) =>
  Math.min(settings.burst, gate.tokens + (now - gate.countedAt) * perMs(settings));

const promisedAt = (now: number, promised: number, tokens: number, settings: Settings) =>
  Math.ceil(now + (promised + 1 - tokens) / perMs(settings));

const places = (gate: Gate, settings: Settings) =>
  gate.circuit.is === 'halfOpen' ? 1 : settings.concurrency;

/** Takes a token, or promises a time at which there will be one that nobody else was promised. */
function waitForToken(gate: Gate, settings: Settings, now: number): number | undefined {
  gate.tokens = tokensAt(gate, settings, now);
  gate.countedAt = now;
  while (gate.promised.length > 0 && gate.promised[0]! <= now) gate.promised.shift();
  if (gate.tokens >= ONE_TOKEN) {
    gate.tokens -= 1;
    return undefined;
  }
  const until = promisedAt(now, gate.promised.length, gate.tokens, settings);
  gate.promised.push(until);
  return until;
}

function newPermit(gate: Gate, key: string, settings: Settings, leftAt: () => number): Permit {
  gate.out += 1;
  let left = false;
  return {
    leave(outcome, restMs = 0) {
      if (left) throw new Error(`a permit for ${key} was given back twice`);
      left = true;
      gate.out -= 1;
      gate.circuit = circuitAfter(gate.circuit, outcome, settings, leftAt);
      if (restMs > 0) gate.restsUntil = Math.max(gate.restsUntil, Math.ceil(leftAt() + restMs));
      if (gate.circuit.is === 'open') {
        for (const waiter of gate.waiting.splice(0))
          waiter.refuse(circuitOpen(key, settings, settings.halfOpenAfterMs));
      }
      const restLeftMs = gate.restsUntil - leftAt();
      if (restLeftMs > 0)
        for (const waiter of gate.waiting.splice(0)) waiter.refuse(resting(key, restLeftMs));
      while (gate.waiting.length > 0 && gate.out < places(gate, settings))
        gate.waiting.shift()!.admit();
    },
  };
}

function circuitAfter(
  circuit: Circuit,
  outcome: 'ok' | 'failed' | 'cancelled',
  settings: Settings,
  leftAt: () => number,
): Circuit {
  // What was under way when the circuit opened proves nothing about now.
  if (outcome === 'cancelled' || circuit.is === 'open') return circuit;
  if (outcome === 'ok') return { is: 'closed', failures: 0 };
  const failures = circuit.is === 'halfOpen' ? settings.failuresToOpen : circuit.failures + 1;
  return failures < settings.failuresToOpen
    ? { is: 'closed', failures }
    : { is: 'open', since: leftAt() };
}

function queue(
  gate: Gate,
  key: string,
  signal: AbortSignal,
  permit: () => Permit,
): Promise<Permit> {
  const soon = new Promise<Permit>((resolve, reject) => {
    const giveUp = () => {
      gate.waiting.splice(gate.waiting.indexOf(waiter), 1);
      // It made no request: what it took of the rate is there for another.
      gate.tokens += 1;
      reject(cancelled(key));
    };
    const waiter: Waiter = {
      admit() {
        signal.removeEventListener('abort', giveUp);
        resolve(permit());
      },
      refuse(failure) {
        signal.removeEventListener('abort', giveUp);
        reject(failure);
      },
    };
    signal.addEventListener('abort', giveUp, { once: true });
    gate.waiting.push(waiter);
  });
  // Whoever asked may have gone; a refusal must not bring down the process then.
  soon.catch(() => {});
  return soon;
}

const rest = (key: string) => `${key} rests: its provider asked for a pause`;

const resting = (key: string, retryAfterMs: number) =>
  new WorkFailure('rateLimited', rest(key), { retryAfterMs });

const cancelled = (key: string) =>
  new WorkFailure('cancelled', `nobody waits any more for a call to ${key}`);

function circuitOpen(key: string, settings: Settings, retryAfterMs: number): WorkFailure {
  return new WorkFailure(
    'circuitOpen',
    `${settings.failuresToOpen} calls to ${key} failed in a row; the next is tried after a pause`,
    { retryAfterMs: Math.ceil(retryAfterMs) },
  );
}

function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`governor: ${name} must be a number above 0, not ${value}`);
}

function whole(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`governor: ${name} must be a whole number above 0, not ${value}`);
}
