/**
 * Rehearsed teams on one store and one simulated clock: formed, forked and led to their end at once, with a
 * count of what models were really asked.
 */
import { createHash } from 'node:crypto';
import { SimulatedClock } from '../../src/actors/clock.ts';
import type { ForkWish } from '../../src/actors/fork.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import type { TeamHandle } from '../../src/actors/team-handle.ts';
import type { TeamResult } from '../../src/actors/team-result.ts';
import type { RawEvent, RecordedEvent } from '../../src/events/event.ts';
import { inboxStream, teamId, teamStream } from '../../src/events/ids.ts';
import { type EventStore, pages } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import type { Limits } from '../../src/events/words/team.ts';
import { hordeWorkers } from '../../src/hands/horde-workers.ts';
import type { ModelClient, ModelReply, ModelRequest } from '../../src/hands/model/model-client.ts';
import { answeredFromOrigin } from '../../src/hands/model/origin-answers.ts';
import { createPriceTable } from '../../src/hands/model/prices.ts';
import { createRehearsalModel } from '../../src/hands/model/rehearsal/rehearsal-model.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import { formTeam } from '../../src/planning/formation.ts';

export const MODEL = 'claude-sonnet-5';

export interface TeamOfTest {
  pattern: string;
  seed: number;
  failureRate?: number;
  limits?: Partial<Limits>;
  synthesis?: boolean;
  rounds?: number;
}

export interface Rehearsed {
  readonly store: EventStore;
  readonly runtime: Runtime;
  readonly clock: SimulatedClock;
  /** How often a model was asked. */
  calls(): number;
  run(id: string, team: TeamOfTest): Promise<TeamResult>;
  /** Forks, and leads the fork to its end. */
  fork(wish: ForkWish): Promise<{ handle: TeamHandle; result: TeamResult }>;
  events(id: string): Promise<RecordedEvent[]>;
  /** Of everything that stands in the team's stream and its inbox. */
  textHash(id: string): Promise<string>;
  close(): Promise<void>;
}

export interface StageOptions {
  seed?: number;
  failureRate?: number;
  /** Forks take over the answers of their origins. */
  reuse?: boolean;
  /** A reviewer who finds another point in every round. */
  stubborn?: boolean;
  /** Agents may dispatch swarms. */
  swarms?: boolean;
}

export async function rehearse({
  seed = 1,
  failureRate = 0,
  reuse = true,
  stubborn = false,
  swarms = false,
}: StageOptions): Promise<Rehearsed> {
  const store = await openMemoryStore();
  const clock = new SimulatedClock(1_700_000_000_000);
  let calls = 0;
  const model = createRehearsalModel({ seed, failureRate, clock, verbosity: 'terse' });
  const client: ModelClient = {
    ...model,
    async reply(request, options) {
      calls++;
      const reply = await model.reply(request, options);
      return stubborn && request.turn.role === 'reviewer' ? refusing(reply, request) : reply;
    },
  };
  const { workers, tools } = hordeWorkers({
    client,
    prices: createPriceTable(),
    ...(swarms ? { swarms: {} } : {}),
  });
  const runtime = createRuntime({
    store,
    clock,
    machines: hordeMachines,
    workers: reuse
      ? { ...workers, callModel: answeredFromOrigin(workers['callModel']!, store) }
      : workers,
  });
  const toEnd = async (handle: TeamHandle): Promise<TeamResult> => {
    let result: TeamResult | undefined;
    let failure: unknown;
    handle.result().then(
      (ended) => {
        result = ended;
      },
      (error) => {
        failure = error;
      },
    );
    for (let idle = 0; !result && !failure; ) {
      await new Promise((resolve) => setImmediate(resolve));
      // Time goes by only when there is nothing else to do for a while.
      if (++idle < 20) continue;
      idle = 0;
      const next = clock.next();
      if (next !== undefined) clock.advanceTo(next);
    }
    if (failure) throw failure;
    return result!;
  };
  return {
    store,
    runtime,
    clock,
    calls: () => calls,
    async run(id, { pattern, limits, synthesis, rounds }) {
      const plan = formTeam({
        id,
        request: 'Design a migration that splits the users table; have it reviewed for safety',
        pattern,
        model: MODEL,
        tools,
        ...(limits ? { limits } : {}),
        ...(synthesis === undefined ? {} : { synthesis }),
        ...(rounds === undefined ? {} : { patternLimits: { rounds } }),
      });
      return toEnd(await runtime.start(plan));
    },
    async fork(wish) {
      const { team } = await runtime.fork(wish);
      const handle = await runtime.resume(team);
      return { handle, result: await toEnd(handle) };
    },
    async events(id) {
      const events: RecordedEvent[] = [];
      for await (const event of runtime.team(id).events()) events.push(event);
      return events;
    },
    async textHash(id) {
      const hash = createHash('sha256');
      for (const stream of [teamStream(teamId(id)), inboxStream(teamId(id))])
        for (const event of await rawEvents(store, stream)) hash.update(JSON.stringify(event));
      return hash.digest('hex');
    },
    close: async () => {
      await runtime.close();
      await store.close();
    },
  };
}

function refusing(reply: ModelReply, { turn, hash }: ModelRequest): ModelReply {
  const tag = `POINT-${turn.round}`;
  const issues = [{ tag, severity: 'high', problem: 'It is not done yet', remedy: 'Do it' }];
  const id = `toolu_${hash.slice(0, 20)}`;
  const content = [{ type: 'tool_use', id, name: 'request_changes', input: { issues } }];
  return { ...reply, content, stopReason: 'tool_use' };
}

export async function rawEvents(
  store: EventStore,
  stream: Parameters<EventStore['read']>[0],
): Promise<RawEvent[]> {
  const all: RawEvent[] = [];
  for await (const page of pages(store, stream)) all.push(...page);
  return all;
}

/** Revisions at which a turn ends and the team goes on. */
export const cutsOf = (events: readonly RecordedEvent[]): number[] =>
  events
    .filter(({ meta }) => meta.last)
    .map(({ revision }) => revision)
    .slice(0, -1);
