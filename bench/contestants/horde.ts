/**
 * Ours, as an embedding program uses it: `createRuntime` on a SQLite file with full sync, the ring as plain
 * machines, the model a `paid` worker that answers at once.
 *
 * A step is one recorded event heard by one machine. One answer of the model is two of them (the answer is
 * heard by who asked, what it says by the next), in one turn and one commit, with the two rows of the verdict.
 */
import fs from 'node:fs';
import path from 'node:path';
import Libsql from 'libsql';
import type { EventStore, Runtime } from '../../src/index.ts';
import { agent, eventShapes, ring } from '../machines.ts';
import { answerOf, type Ring } from '../workload.ts';

type Horde = typeof import('../../src/index.ts');

/** Limits far away: the ring's own number of answers ends it. */
const limits = { messagesPerActor: 1e6, messagesPerTeam: 1e6, works: 1e7, turns: 1e7 };

export async function open(folder: string, build: string) {
  const horde: Horde = await import(path.join(build, 'index.js'));
  const site = new Site(horde, folder);
  return {
    steps: (load: Ring) => site.steps(load),
    log: (load: Ring) => site.log(load),
    grow: (argument: { load: Ring; windows: [number, number][] }) =>
      site.grow(argument.load, argument.windows),
    fill: (argument: { events: number; file: string }) => site.fill(argument.events, argument.file),
    fold: (argument: { file: string }) => site.fold(argument.file),
    visit: (argument: { file: string; at?: number }) => site.visit(argument.file, argument.at),
    crash: (argument: { file: string; events: number }) =>
      site.crash(argument.file, argument.events),
    recover: (argument: { file: string }) => site.recover(argument.file),
    idle: (argument: { teams: number }) => site.idle(argument.teams),
  };
}

class Site {
  private files = 0;
  constructor(
    private readonly horde: Horde,
    private readonly folder: string,
  ) {}

  private newFile = () => path.join(this.folder, `horde-${process.pid}-${this.files++}.db`);

  private events() {
    const { defineEvent } = this.horde;
    const done = defineEvent('answer.given', eventShapes['answer.given']);
    const failed = defineEvent('answer.failed', eventShapes['answer.failed']);
    return {
      done,
      failed,
      all: [
        done,
        failed,
        defineEvent('seat.taken', eventShapes['seat.taken'], { effect: 'joins' }),
        defineEvent('draft.handed', eventShapes['draft.handed'], { message: true }),
        defineEvent('ring.closed', eventShapes['ring.closed']),
      ],
    };
  }

  private runtime(
    store: EventStore,
    onAsk?: (count: number) => Promise<void> | undefined,
  ): Runtime {
    const { done, failed, all } = this.events();
    return this.horde.createRuntime({
      store,
      events: all,
      // They address each other and speak the words of a team.
      machines: { ring: { machine: ring, hears: [] }, agent: { machine: agent, hears: [] } },
      workers: {
        askModel: {
          effect: 'paid',
          records: { done, failed },
          async run({ agent, count }: { agent: number; count: number }) {
            if (onAsk) await onAsk(count);
            return { text: answerOf(agent) };
          },
        },
      },
    });
  }

  private start(runtime: Runtime, { agents, answers }: Ring, id?: string) {
    return runtime.start({ id, machine: 'ring', input: { agents, answers }, limits });
  }

  async steps(load: Ring) {
    const file = this.newFile();
    const store = await this.horde.openStore(`sqlite:${file}`);
    const runtime = this.runtime(store);
    const startedAt = performance.now();
    const teams = await Promise.all(
      Array.from({ length: load.teams }, () => this.start(runtime, load)),
    );
    await Promise.all(teams.map((team) => team.result()));
    const ms = performance.now() - startedAt;
    let [events, heard, answers] = [0, 0, 0];
    for (const { id } of teams) {
      for (const { type, meta } of await allRows(store, `team-${id}`)) {
        events += 1;
        heard += heardBy(JSON.parse(meta));
        if (type === 'answer.given') answers += 1;
      }
    }
    const { commits } = store as unknown as { commits: number };
    await runtime.close();
    await store.close();
    remove(file);
    return { ms, steps: heard, answers, events, commits };
  }

  /** The rows of one team, for the bare loop. */
  async log(load: Ring) {
    const store = await this.horde.openStore('memory:');
    const runtime = this.runtime(store);
    const team = await this.start(runtime, load, 'bare');
    await team.result();
    const rows = await allRows(store, 'team-bare');
    await runtime.close();
    return rows;
  }

  /** Bytes of the file when so many steps have been made. */
  async grow(load: Ring, windows: [number, number][]) {
    const file = this.newFile();
    const store = await this.horde.openStore(`sqlite:${file}`);
    const bytes = bytesIn(file);
    const marks = new Set(windows.flat());
    const sizes = new Map<number, number>();
    // Answer number n is asked for when 2n + 1 steps are recorded: the one before it was heard and handed on.
    const runtime = this.runtime(store, (count) => {
      if (marks.has(count * 2)) sizes.set(count * 2, bytes());
      return undefined;
    });
    const team = await this.start(runtime, load);
    await team.result();
    await runtime.close();
    await store.close();
    remove(file);
    return windows.map(([from, to]) => (sizes.get(to)! - sizes.get(from)!) / (to - from));
  }

  /** A file with one team of so many events, made in memory and written in large appends. */
  async fill(events: number, file: string) {
    const memory = await this.horde.openStore('memory:');
    const runtime = this.runtime(memory);
    await (
      await this.start(runtime, { teams: 1, agents: 2, answers: events / 4 }, 'long')
    ).result();
    await runtime.close();
    const rows = await allRows(memory, 'team-long');
    const store = await this.horde.openStore(`sqlite:${file}`);
    for (let at = 0; at < rows.length; at += 4000)
      await store.append('team-long' as never, rows.slice(at, at + 4000), at - 1);
    await store.close();
    return { events: rows.length };
  }

  /** Folds the whole stream through the machines, compared with what they said: no snapshot is used. */
  async fold(file: string) {
    const store = await this.horde.openStore(`sqlite:${file}`);
    const runtime = this.runtime(store);
    const startedAt = performance.now();
    const { events, divergence } = await runtime.replay('long');
    const ms = performance.now() - startedAt;
    if (divergence) throw new Error(`the fold diverges: ${JSON.stringify(divergence)}`);
    const rows = await allRows(store, 'team-long');
    const heard = rows.reduce((sum, { meta }) => sum + heardBy(JSON.parse(meta)), 0);
    await runtime.close();
    await store.close();
    return { ms, events, heard };
  }

  /** The state at a revision, asked of a runtime that has just been made. */
  async visit(file: string, at?: number) {
    const store = await this.horde.openStore(`sqlite:${file}`);
    const runtime = this.runtime(store);
    const startedAt = performance.now();
    const state = await runtime.team('long').state({ at });
    const ms = performance.now() - startedAt;
    await runtime.close();
    await store.close();
    return { ms, revision: state.revision };
  }

  /** Works until the team has so many events, and then dies as by kill -9. Never answers. */
  async crash(file: string, events: number) {
    const store = await this.horde.openStore(`sqlite:${file}`);
    const runtime = this.runtime(store, (count) => {
      if (count * 4 >= events) process.kill(process.pid, 'SIGKILL');
      return undefined;
    });
    const answers = events;
    await (await this.start(runtime, { teams: 1, agents: 2, answers }, 'crashed')).result();
  }

  /** From opening the file until the work of the crashed team has begun again. */
  async recover(file: string) {
    const startedAt = performance.now();
    const store = await this.horde.openStore(`sqlite:${file}`);
    let begun = () => {};
    const working = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const runtime = this.runtime(store, () => {
      begun();
      return new Promise(() => {});
    });
    await runtime.resume('crashed');
    await working;
    const ms = performance.now() - startedAt;
    const events = (await store.head('team-crashed' as never)) + 1;
    process.nextTick(() => process.kill(process.pid, 'SIGKILL'));
    return { ms, events };
  }

  /** Resident memory of teams that wait for an answer. */
  async idle(teams: number) {
    const store = await this.horde.openStore(`sqlite:${this.newFile()}`);
    const runtime = this.runtime(store, () => new Promise(() => {}));
    await this.start(runtime, { teams: 1, agents: 8, answers: 1 });
    const before = residentBytes();
    for (let i = 0; i < teams; i++) await this.start(runtime, { teams: 1, agents: 8, answers: 1 });
    return { bytesEach: (residentBytes() - before) / teams };
  }
}

/** How many machines acted on the event: a step each. */
const heardBy = ({ to, deaf }: { to?: string[]; deaf?: string[] }): number =>
  (to?.length ?? 0) - (deaf?.length ?? 0);

async function allRows(store: EventStore, stream: string) {
  const rows = [];
  for (let from = 0; ; from += 4000) {
    const page = await store.read(stream as never, { from, limit: 4000 });
    rows.push(...page);
    if (page.length < 4000) return rows;
  }
}

export function bytesIn(file: string): () => number {
  const database = new Libsql(file);
  const pages = database.prepare('PRAGMA page_count').raw(true);
  const [size] = database.prepare('PRAGMA page_size').raw(true).all()[0] as [number];
  return () => (pages.all()[0] as [number])[0] * size;
}

export function remove(file: string): void {
  for (const ending of ['', '-wal', '-shm']) fs.rmSync(`${file}${ending}`, { force: true });
}

function residentBytes(): number {
  for (let i = 0; i < 3; i++) (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}
