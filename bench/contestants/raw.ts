/**
 * The raw limit: a bare loop that makes the same transitions of the same machines and writes the same rows,
 * byte for byte, into the same tables with full sync. It decides nothing, checks nothing, addresses nobody.
 *
 * Its rows are those of a real run, so it needs no runtime: turn by turn, each hearing machine is given the
 * event, data and meta become JSON again, and the rows are inserted by one statement.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import Libsql from 'libsql';
import { type AnyStateMachine, createActor, initialTransition, transition } from 'xstate';
import { SCHEMA } from '../../src/events/stores/sqlite/schema.ts';
import { agent, ring } from '../machines.ts';
import type { Ring } from '../workload.ts';
import { remove } from './horde.ts';

interface Row {
  type: string;
  version: number;
  data: any;
  meta: any;
}
type Turn = Row[];
type Stepper = 'kept' | 'public';
/** When the loop commits: after each heard event, after each turn, or after one turn of every team. */
type Commits = 'step' | 'turn' | 'all';

export async function open(folder: string) {
  let turns: Turn[] = [];
  let files = 0;
  return {
    /** The rows of one team's log. */
    learn: async (rows: { type: string; version: number; data: string; meta: string }[]) => {
      turns = turnsOf(rows);
    },
    steps: async (load: Ring & { stepper: Stepper; commits: Commits }) => {
      const file = path.join(folder, `raw-${process.pid}-${files++}.db`);
      const answer = run(file, turns, load);
      remove(file);
      return answer;
    },
    /** Reads the rows of a stream, parses them and makes the transitions: the least that folding can be. */
    fold: async ({ file }: { file: string }) => {
      const database = new Libsql(file, { readonly: true });
      const select = database.prepare(
        'SELECT type, version, data, meta FROM events ORDER BY position',
      );
      const crew = new Crew(1, 'kept');
      const startedAt = performance.now();
      let [heard, events] = [0, 0];
      for (const [type, version, data, meta] of select.raw(true).all() as string[][]) {
        events += 1;
        heard += crew.follow({
          type: type!,
          version: Number(version),
          data: JSON.parse(data!),
          meta: JSON.parse(meta!),
        });
      }
      const ms = performance.now() - startedAt;
      database.close();
      return { ms, events, heard };
    },
  };
}

function turnsOf(rows: { type: string; version: number; data: string; meta: string }[]): Turn[] {
  const turns: Turn[] = [[]];
  for (const { type, version, data, meta } of rows) {
    const row = { type, version, data: JSON.parse(data), meta: JSON.parse(meta) };
    turns.at(-1)!.push(row);
    if (row.meta.last) turns.push([]);
  }
  turns.pop();
  return turns;
}

function run(
  file: string,
  turns: readonly Turn[],
  { teams, stepper, commits }: Ring & { stepper: Stepper; commits: Commits },
) {
  const writer = new Writer(file);
  const crews = Array.from({ length: teams }, (_, team) => new Crew(team + 1, stepper));
  let steps = 0;
  const startedAt = performance.now();
  for (const turn of turns) {
    if (commits === 'all') writer.begin();
    for (const crew of crews) steps += crew.take(turn, writer, commits);
    if (commits === 'all') writer.commit();
  }
  const ms = performance.now() - startedAt;
  writer.close();
  const answers = turns.filter(([first]) => first!.type === 'answer.given').length * teams;
  return { ms, steps, answers, events: turns.flat().length * teams, commits: writer.commits };
}

/** The machines of one team. */
class Crew {
  private readonly snapshots = new Map<string, any>();
  private revision = -1;
  constructor(
    private readonly stream: number,
    private readonly stepper: Stepper,
  ) {}

  take(turn: Turn, writer: Writer, commits: Commits): number {
    let steps = 0;
    let rows: (string | number)[] = [];
    if (commits === 'turn') writer.begin();
    for (const row of turn) {
      const heard = this.hear(row);
      this.revision += 1;
      rows.push(writer.position(), this.stream, this.revision, randomUUID(), row.type, row.version);
      rows.push(JSON.stringify(row.data), JSON.stringify(row.meta));
      steps += heard;
      // One commit a step: what is recorded and not heard goes with the step before it.
      if (commits === 'step' && heard > 0) {
        writer.begin();
        writer.insert(rows);
        writer.commit();
        rows = [];
      }
    }
    if (rows.length > 0) {
      if (commits === 'step') writer.begin();
      writer.insert(rows);
      if (commits === 'step') writer.commit();
    }
    if (commits === 'turn') writer.commit();
    return steps;
  }

  /** Hears a row and writes nothing. */
  follow(row: Row): number {
    const heard = this.hear(row);
    this.revision += 1;
    return heard;
  }

  private hear({ type, data, meta }: Row): number {
    if (type === 'team.formed') return this.begin('root', 'ring', data.input, meta.to);
    if (type === 'seat.taken') this.begin(data.actor, data.machine, data.input, []);
    const { revision } = this;
    const at = meta.at;
    let heard = 0;
    for (const hearer of meta.to ?? []) {
      if (meta.deaf?.includes(hearer)) continue;
      const work = meta.work as string | undefined;
      const invoke = work?.slice(work.indexOf('/') + 1, work.indexOf('@'));
      const event = invoke
        ? { type: `xstate.done.actor.${invoke}`, output: data, actorId: invoke, revision, at }
        : { ...data, from: meta.actor ?? '', revision, at, type };
      this.snapshots.set(hearer, this.next(hearer, event));
      heard += 1;
    }
    return heard;
  }

  private begin(actor: string, machine: string, input: unknown, to: string[] = []): number {
    this.snapshots.set(actor, start(machine, input, this.stepper));
    return to.length;
  }

  private next(hearer: string, event: { type: string }) {
    const snapshot = this.snapshots.get(hearer);
    const { machine, scope } = hearer === 'root' ? scopes['ring']! : scopes['agent']!;
    return this.stepper === 'public'
      ? transition(machine, snapshot, event as never)[0]
      : machine.transition(snapshot, event as never, scope as never);
  }
}

const scopes: Record<string, { machine: AnyStateMachine; scope: unknown }> = {
  ring: kept(ring),
  agent: kept(agent),
};

function start(name: string, input: unknown, stepper: Stepper) {
  const { machine, scope } = scopes[name]!;
  return stepper === 'public'
    ? initialTransition(machine, input as never)[0]
    : machine.getInitialSnapshot(scope as never, input as never);
}

function kept(machine: AnyStateMachine) {
  const self = createActor(machine, { input: {} as never });
  const nothing = () => {};
  const scope = {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    defer: nothing,
    logger: nothing,
    stopChild: nothing,
    emit: nothing,
    actionExecutor: nothing,
  };
  return { machine, scope };
}

class Writer {
  private readonly database: Libsql.Database;
  private readonly statements = new Map<number, Libsql.Statement>();
  private readonly beginning: Libsql.Statement;
  private readonly committing: Libsql.Statement;
  private last = 0;
  commits = 0;

  constructor(file: string) {
    this.database = new Libsql(file);
    this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    this.database.exec(SCHEMA);
    this.beginning = this.database.prepare('BEGIN IMMEDIATE');
    this.committing = this.database.prepare('COMMIT');
  }

  position = () => ++this.last;
  begin = () => void this.beginning.run();
  commit(): void {
    this.committing.run();
    this.commits += 1;
  }

  insert(rows: readonly (string | number)[]): void {
    let statement = this.statements.get(rows.length);
    if (!statement) {
      const values = Array(rows.length / 8)
        .fill('(?, ?, ?, ?, ?, ?, ?, ?)')
        .join(', ');
      statement = this.database.prepare(`INSERT INTO events VALUES ${values}`);
      this.statements.set(rows.length, statement);
    }
    statement.run(rows as unknown[]);
  }

  close = () => this.database.close();
}
