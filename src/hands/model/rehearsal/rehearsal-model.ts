/**
 * The rehearsal model: a scripted player behind the seam where a real model stands, for demos, tests and
 * forecasts of cost. What is made with it is labelled a rehearsal, because `rehearsal` is true.
 *
 * Invariants
 * 1. Same seed and request, same reply, latency and number of failures; nothing depends on other requests.
 * 2. The same request fails at most `FAILURES_MAX` times in a row: a retry gets through.
 * 3. An aborted signal ends a reply at once.
 */
import { type Clock, systemClock } from '../../../actors/clock.ts';
import { WorkFailure } from '../../../actors/worker.ts';
import { allMoves } from '../../../events/words/index.ts';
import type { Move } from '../../../events/words/moves.ts';
import type { ModelClient, ModelReply, ModelRequest } from '../model-client.ts';
import { throwDice } from './dice.ts';
import { playReply } from './player.ts';
import type { Verbosity } from './scene.ts';

const FAILURES_MAX = 2;
/** Requests whose failures are remembered; the oldest is forgotten first, which costs a retry at most. */
const REMEMBERED_MAX = 10_000;
const CHUNKS_MAX = 40;

export interface RehearsalOptions {
  seed?: number;
  /** Milliseconds a reply takes, or the range it is drawn from. Default 0: at once, without a timer. */
  latencyMs?: number | readonly [least: number, most: number];
  /** The share of attempts that fail as `transient` or `overloaded`, from 0 to 1. */
  failureRate?: number;
  verbosity?: Verbosity;
  /** Moves of patterns of your own, which say how they are played. */
  moves?: readonly Move[];
  clock?: Clock;
}

/** Throws a RangeError for options that make no sense. */
export function createRehearsalModel(options: RehearsalOptions = {}): ModelClient {
  const {
    seed = 1,
    latencyMs = 0,
    failureRate = 0,
    verbosity = 'normal',
    clock = systemClock,
    moves = [],
  } = options;
  const [least, most] = typeof latencyMs === 'number' ? [latencyMs, latencyMs] : latencyMs;
  if (!(least >= 0 && most >= least))
    throw new RangeError(`latencyMs ${least}..${most}: give milliseconds, the lesser first`);
  if (!(failureRate >= 0 && failureRate <= 1))
    throw new RangeError(`failureRate ${failureRate}: give a share from 0 to 1`);
  const failed = new Map<string, number>();
  const known = new Map([...allMoves.values(), ...moves].map((move) => [move.name, move]));

  return {
    rehearsal: true,
    key: 'rehearsal',
    async reply(request, { signal, onText }) {
      throwIfAborted(signal);
      const latency = latencyOf(request, seed, least, most);
      const failure = nextFailure(request, seed, failureRate, failed);
      if (failure) {
        await pause(latency / 4, clock, signal);
        throw failure;
      }
      const played = playReply(request, seed, verbosity, known);
      await streamed(played.content, latency, { clock, signal, onText });
      return { model: request.model, ...played };
    },
  };
}

const keyOf = ({ hash, turn }: ModelRequest): string => `${hash}/${turn.agent}/${turn.grant}`;

function latencyOf(request: ModelRequest, seed: number, least: number, most: number): number {
  if (most === 0) return 0;
  return throwDice('latency', seed, keyOf(request)).int(Math.round(least), Math.round(most));
}

function nextFailure(
  request: ModelRequest,
  seed: number,
  rate: number,
  failed: Map<string, number>,
): WorkFailure | undefined {
  if (rate === 0) return undefined;
  const key = keyOf(request);
  const before = failed.get(key) ?? 0;
  const dice = throwDice('failure', seed, key, before);
  if (before >= FAILURES_MAX || !dice.chance(rate)) {
    failed.delete(key);
    return undefined;
  }
  failed.set(key, before + 1);
  if (failed.size > REMEMBERED_MAX) failed.delete(failed.keys().next().value!);
  const kind = dice.pick(['transient', 'overloaded']);
  return new WorkFailure(kind, `the rehearsal plays a failure (${kind}), attempt ${before + 1}`, {
    retryAfterMs: dice.int(1, 20) * 50,
  });
}

async function streamed(
  content: ModelReply['content'],
  latency: number,
  { clock, signal, onText }: { clock: Clock; signal: AbortSignal; onText(text: string): void },
): Promise<void> {
  const words = content
    .flatMap((block) => (typeof block['text'] === 'string' ? [block['text']] : []))
    .join('\n')
    .split(/(?<=\s)/);
  const chunk = Math.max(1, Math.ceil(words.length / CHUNKS_MAX));
  const chunks = Math.ceil(words.length / chunk);
  // A third of the time goes by before the first word, as it does with a real model.
  await pause(latency / 3, clock, signal);
  for (let i = 0; i < words.length; i += chunk) {
    onText(words.slice(i, i + chunk).join(''));
    await pause((latency * 2) / 3 / chunks, clock, signal);
  }
}

async function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  if (ms <= 0) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      takeBack();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const takeBack = clock.wake(clock.now() + ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
  throwIfAborted(signal);
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new WorkFailure('cancelled', 'nobody waits for this reply any more');
}
