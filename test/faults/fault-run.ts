/**
 * One fault run: teams handed in to an EventStoreDB test server, workers that lead them over real clients,
 * models behind a real HTTP server; the server fails, one worker dies and one stands still for a while.
 * Once that is over, every team must end, with nothing lost and nothing doubled.
 *
 * The seed draws faults, patterns, latencies and who dies; the course of events is that of real time, so a
 * seed that failed may need several runs to fail again.
 */

import { createGovernor } from '../../src/actors/governor/token-governor.ts';
import { type Host, startHost } from '../../src/actors/lead/host.ts';
import { createRuntime, type Runtime } from '../../src/actors/runtime.ts';
import { TeamEnded } from '../../src/actors/team-reader.ts';
import { teamId, teamStream } from '../../src/events/ids.ts';
import { StoreFailure } from '../../src/events/store.ts';
import { openEventStoreDb } from '../../src/events/stores/eventstoredb/eventstoredb-store.ts';
import type { Dice } from '../../src/events/words/scene.ts';
import { hordeWorkers } from '../../src/hands/horde-workers.ts';
import { createAnthropicClient } from '../../src/hands/model/anthropic/anthropic-client.ts';
import type { ModelClient } from '../../src/hands/model/model-client.ts';
import { createPriceTable } from '../../src/hands/model/prices.ts';
import { throwDice } from '../../src/hands/model/rehearsal/dice.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import { formTeam } from '../../src/planning/formation.ts';
import { startTestServer, type TestServer } from '../eventstoredb/test-server.ts';
import { type MessagesApi, type Script, startMessagesApi } from '../servers/messages-api.ts';
import { player, troubled } from '../servers/player.ts';
import { type Audit, audit, type Death } from './audit.ts';
import { KeptWaiting } from './kept-waiting.ts';
import { mischief, pause } from './mischief.ts';
import { Mortal } from './mortal.ts';

export interface FaultRunOptions {
  teams?: number;
  workers?: number;
  /** How long the server is in trouble, milliseconds. */
  faultsMs?: number;
  /** All teams must have ended so long after the last fault. */
  endWithinMs?: number;
  /** A model answers after 200 ms, and up to so many more that its request draws; default 1,200. */
  latencyMs?: number;
  /** Leases last this share of what they otherwise do; default 1. */
  leaseShare?: number;
  /** No worker dies or stands still. */
  unharmed?: boolean;
  onNote?(text: string): void;
  /** Something broken on purpose, to see that the audit finds it. */
  breaking?(client: ModelClient): ModelClient;
}

export interface FaultRun extends Audit {
  seed: number;
  faults: string[];
}

/** Of one attempt and of one call; short, so that a run is over soon. */
const STORE_LIMITS = { timeoutMs: 1_000, patienceMs: 10_000 };
const KEY = 'key-of-fault-runs';
const PATTERNS = ['review-loop', 'single-agent', 'adversarial-debate', 'assembly-line'] as const;
const BUSY_TEAMS = 3;
const BUSY_WITHIN_MS = 15_000;
/** Longer than a lease. */
const SLEEP_MS_MAX = 7_500;
/** Some first attempts at a request fail: limited, overloaded, torn. */
const TROUBLE = { rate: 0.03 };

export async function faultRun(seed: number, options: FaultRunOptions = {}): Promise<FaultRun> {
  const site = await Site.open(seed, options);
  try {
    return await site.run();
  } finally {
    await site.close();
  }
}

interface Hand {
  mortal: Mortal;
  host: Host;
  /** What it has taken and not ended or lost. */
  led: Set<string>;
}

class Site {
  readonly #deaths: Death[] = [];
  readonly #keptWaiting = new KeptWaiting();
  readonly #hands: Hand[] = [];
  readonly #teams: string[];
  /** Words of a person whose appends were confirmed, by team. */
  readonly #told = new Map<string, string[]>();
  /** When the server was last in trouble, or a worker last stood still. */
  #failedAt = 0;
  #ending = false;

  private constructor(
    private readonly seed: number,
    private readonly options: FaultRunOptions,
    private readonly server: TestServer,
    private readonly api: MessagesApi,
    private readonly client: ModelClient,
  ) {
    this.#teams = Array.from({ length: options.teams ?? 20 }, (_, i) => `f${i}`);
  }

  static async open(seed: number, options: FaultRunOptions): Promise<Site> {
    const server = await startTestServer();
    const api = await startMessagesApi({
      script: scriptOf(seed, options.latencyMs ?? 1_200),
      key: KEY,
    });
    const whole = createAnthropicClient({ apiKey: KEY, baseUrl: api.url });
    const client = options.breaking?.(whole) ?? whole;
    return new Site(seed, options, server, api, client);
  }

  async run(): Promise<FaultRun> {
    const { server, seed, options } = this;
    for (let i = 0; i < (options.workers ?? 3); i++) this.#hands.push(await this.#hand());
    const inTrouble = mischief(server, throwDice('faults', seed), options.faultsMs ?? 2_500);
    void inTrouble.then(() => {
      this.#failedAt = Math.max(this.#failedAt, Date.now());
    });
    const [faults] = await Promise.all([inTrouble, this.#handIn(), this.#people(), this.#fates()]);
    const allEnded = await this.#allEnded(options.endWithinMs ?? 60_000);
    this.#ending = true;
    // What is still on its way into the log of a team that has ended is nothing that counts.
    await Promise.all(this.#hands.filter(({ mortal }) => !mortal.dead).map(closed));
    const judged = await audit({
      server,
      api: this.api,
      teams: this.#teams,
      told: this.#told,
      deaths: this.#deaths,
      failedAt: this.#failedAt,
      keptWaiting: this.#keptWaiting,
      runtimeOf: (store) => runtimeOf(new Mortal(store), this.client),
    });
    if (!allEnded) judged.violations.unshift('not every team has ended');
    return { ...judged, seed, faults };
  }

  async #hand(): Promise<Hand> {
    const mortal = new Mortal(await this.#connect(), this.options.leaseShare);
    const led = new Set<string>();
    const host = startHost({
      clock: mortal.clock,
      // One that is left alone must have room for all.
      teamsMax: this.#teams.length,
      runtime: runtimeOf(mortal, this.client),
      onTaken: (team) => led.add(team),
      onEnded: (team) => led.delete(team),
      onLost: (team) => led.delete(team),
      onFailed: (team, error) => {
        led.delete(team);
        this.options.onNote?.(`${team}: ${error.message}`);
      },
    });
    return { mortal, host, led };
  }

  /** Hands the teams in, again and again until it is known to have been done. */
  async #handIn(): Promise<void> {
    const dice = throwDice('teams', this.seed);
    const mortal = new Mortal(await this.#insist(() => this.#connect()));
    const front = runtimeOf(mortal, this.client);
    const plans = this.#teams.map((id) => planOf(id, this.seed, dice));
    await Promise.all(
      plans.map(async (plan, i) => {
        await pause(i * 40);
        await this.#insist(() => front.submit(plan));
      }),
    );
    await front.close();
    await mortal.store.close();
  }

  #connect() {
    return openEventStoreDb(this.server.connectionString, STORE_LIMITS);
  }

  async #insist<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof StoreFailure) || error.kind !== 'unavailable') throw error;
      }
    }
  }

  /** Somebody speaks to some teams while they work. */
  async #people(): Promise<void> {
    const dice = throwDice('people', this.seed);
    const store = await this.#insist(() => this.#connect());
    const runtime = runtimeOf(new Mortal(store), this.client);
    for (let i = 0; i < this.#teams.length / 2; i++) {
      await pause(dice.int(50, 250));
      const team = dice.pick(this.#teams);
      const text = `word ${i} of run ${this.seed}`;
      if (this.server.log.head(teamStream(teamId(team))) < 0) continue;
      try {
        await runtime.team(team).send({ type: 'message.told', by: 'person', text });
        this.#told.set(team, [...(this.#told.get(team) ?? []), text]);
      } catch (error) {
        // Not confirmed: it may or may not be heard.
        if (!(error instanceof TeamEnded || error instanceof StoreFailure)) throw error;
      }
    }
    await runtime.close();
    await store.close();
  }

  /** One worker dies while it leads teams, and another stands still for longer than its leases. */
  async #fates(): Promise<void> {
    if (this.options.unharmed) return;
    const dice = throwDice('fates', this.seed);
    const free = dice.some(this.#hands, this.#hands.length);
    const dies = async () => {
      const dying = await this.#busy(free, dice.int(100, 800));
      if (!dying) return;
      this.#deaths.push({ at: Date.now(), teams: [...dying.led] });
      dying.mortal.die();
    };
    const sleeps = async () => {
      if (this.#hands.length < 2 || !dice.chance(0.5)) return;
      const sleeping = await this.#busy(free, dice.int(0, 1_000));
      if (!sleeping) return;
      // It may have taken a dead one's lease a moment ago, which then has to run out once more.
      this.#failedAt = Math.max(this.#failedAt, Date.now());
      sleeping.mortal.pause();
      await pause(dice.int(300, SLEEP_MS_MAX) * (this.options.leaseShare ?? 1));
      sleeping.mortal.wake();
    };
    await Promise.all([dies(), sleeps()]);
  }

  /** The first of the `free` that leads some teams, and a while later still does; then it is not free any more. */
  async #busy(free: Hand[], whileMs: number): Promise<Hand | undefined> {
    const until = performance.now() + BUSY_WITHIN_MS;
    const some = Math.min(BUSY_TEAMS, Math.ceil(this.#teams.length / this.#hands.length / 2));
    while (performance.now() < until && !this.#done) {
      const at = free.findIndex(({ led }) => led.size >= some);
      const [hand] = at < 0 ? [] : free.splice(at, 1);
      await pause(hand ? whileMs : 10);
      const ended = this.#ended();
      if (hand && [...hand.led].some((team) => !ended.has(`team-${team}`))) return hand;
      if (hand) free.push(hand);
    }
    return undefined;
  }

  /** The streams of the teams that have ended, as far as it stands in the log. */
  #ended(): ReadonlySet<string> {
    const { records } = this.server.log;
    return new Set(records.filter(({ type }) => ENDS.has(type)).map(({ stream }) => stream));
  }

  get #done(): boolean {
    const ended = this.#ended();
    return this.#teams.every((team) => ended.has(`team-${team}`));
  }

  async #allEnded(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    while (!this.#done) {
      if (performance.now() > until) return false;
      await pause(50);
    }
    return true;
  }

  async close(): Promise<void> {
    this.#keptWaiting.stop();
    if (!this.#ending) await Promise.all(this.#hands.map(({ mortal }) => mortal.die()));
    await this.api.close();
    await this.server.stop();
  }
}

export const ENDS = new Set(['team.dissolved', 'team.stopped']);

async function closed({ host, mortal }: Hand): Promise<void> {
  await host.close();
  await mortal.store.close();
}

function runtimeOf(mortal: Mortal, client: ModelClient): Runtime {
  const { workers } = hordeWorkers({
    client: mortal.clientOf(client),
    prices: createPriceTable(),
  });
  const { store, clock } = mortal;
  const governor = createGovernor({ now: Date.now });
  return createRuntime({ store, clock, machines: hordeMachines, workers, governor });
}

function planOf(id: string, seed: number, dice: Dice) {
  return formTeam({
    id,
    // Every team asks for something of its own, so that requests of two teams are never the same.
    request: `Design table ${id} of plan ${seed}: a migration that splits it, reviewed for safety`,
    pattern: dice.pick(PATTERNS),
    model: 'claude-sonnet-5',
  });
}

/** Answers after a time that depends on the request, so that teams get out of step. */
function scriptOf(seed: number, spreadMs: number): Script {
  const quick = troubled(player({ seed }), { ...TROUBLE, seed });
  return async (request, n) => {
    const reply = await quick(request, n);
    const drawn = Number.parseInt(request.hash.slice(12, 16), 16) % spreadMs;
    return 'content' in reply ? { ...reply, latencyMs: 200 + drawn } : reply;
  };
}
