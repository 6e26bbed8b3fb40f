/**
 * A stage on which a whole team plays: the horde's machines, heard and answered as the contract says, without
 * store, worker or doorkeeper. Whoever plays decides what comes next: a result of some awaited work, or that time
 * passes until the next timer. Everything said is held against the vocabulary.
 */
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';
import type { EventDefinition } from '../../src/events/event.ts';
import { topicMatches } from '../../src/events/topics.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import { hordeWith } from '../../src/machines/index.ts';
import type { PatternDefinition } from '../../src/machines/patterns/kit/pattern.ts';

interface Actor {
  machine: string;
  snapshot: AnyMachineSnapshot;
}

export interface Work {
  actor: string;
  invoke: string;
  src: string;
  input: any;
}

interface Timer {
  actor: string;
  event: { type: string };
  dueAt: number;
}

/** An event on record: who said it and who heard it. */
export interface Record {
  type: string;
  data: any;
  from: string;
  to: string[];
  undeliverable: string[];
}

export class Stage {
  readonly log: Record[] = [];
  readonly works = new Map<string, Work>();
  /** Stimuli so far, the forming of the team included. */
  turns = 0;
  output: any;
  private readonly actors = new Map<string, Actor>();
  private readonly timers = new Map<string, Timer>();
  private now = 0;
  private heard = 0;

  private readonly machines: ReturnType<typeof hordeWith>['machines'];
  private readonly definitions: ReadonlyMap<string, EventDefinition>;

  constructor(input: unknown, own: readonly PatternDefinition[] = []) {
    const { machines, events } = hordeWith(own);
    this.machines = machines;
    this.definitions = new Map([...vocabulary, ...events].map((one) => [one.type, one]));
    this.turns++;
    this.join('team', 'team', input);
    this.carry();
  }

  get isOver(): boolean {
    return this.output !== undefined;
  }

  context(actor: string): any {
    return this.actors.get(actor)?.snapshot.context;
  }

  /** The awaited work has come to a result, recorded as an event of this type. */
  settle(work: Work, type: string, data: object): void {
    this.turns++;
    this.check(type, data);
    const revision = this.log.length;
    this.works.delete(`${work.actor}/${work.invoke}`);
    const isDone = type === 'model.replied' || type === 'tool.returned';
    this.record(type, data, work.actor, [work.actor]);
    this.hear(work.actor, {
      type: `xstate.${isDone ? 'done' : 'error'}.actor.${work.invoke}`,
      [isDone ? 'output' : 'error']: data,
      actorId: work.invoke,
      revision,
      at: this.now,
    });
    this.heard = revision;
    this.carry(work.actor);
  }

  /** Something from outside: a limit that is near, a person who wants an end. */
  tell(type: string, data: object): void {
    this.turns++;
    this.record(type, data, '', []);
    this.carry();
  }

  /** Time passes until the next timer; says whether there was one. */
  passTime(): boolean {
    let next: [string, Timer] | undefined;
    for (const entry of this.timers) if (!next || entry[1].dueAt < next[1].dueAt) next = entry;
    if (!next) return false;
    const [key, { actor, event, dueAt }] = next;
    this.turns++;
    this.timers.delete(key);
    this.now = dueAt;
    this.hear(actor, event);
    this.carry();
    return true;
  }

  /** First said, first heard, until nothing is left to hear. */
  private carry(settledBy = ''): void {
    for (let by = settledBy; this.heard < this.log.length; by = '') {
      const revision = this.heard++;
      const { type, data, from, to } = this.log[revision]!;
      const effect = this.definitions.get(type)?.effect;
      if (effect === 'joins') this.join(data.actor, data.machine, data.input);
      if (effect === 'leaves') this.leave(data.actor);
      const hearers = to.length > 0 && by === '' ? to : this.subscribers(type, from);
      for (const hearer of hearers)
        if (!this.hear(hearer, { ...data, type, from, revision, at: this.now }))
          this.log[revision]!.undeliverable.push(hearer);
    }
  }

  private subscribers(type: string, from: string): string[] {
    return [...this.actors.keys()].filter((id) => {
      const { hears } = this.machines[this.actors.get(id)!.machine]!;
      return id !== from && hears.some((pattern) => topicMatches(pattern, type));
    });
  }

  private join(id: string, machine: string, input: unknown): void {
    if (this.actors.has(id)) throw new Error(`${id} is on the stage already`);
    const [snapshot, actions] = initialTransition(this.machines[machine]!.machine, input as never);
    this.adopt(id, machine, snapshot, actions);
  }

  private leave(id: string): void {
    this.actors.delete(id);
    for (const [key, { actor }] of this.works) if (actor === id) this.works.delete(key);
    for (const [key, { actor }] of this.timers) if (actor === id) this.timers.delete(key);
  }

  private hear(id: string, event: { type: string; [key: string]: unknown }): boolean {
    const actor = this.actors.get(id);
    if (!actor) return false;
    const { machine } = this.machines[actor.machine]!;
    const [snapshot, actions] = transition(machine, actor.snapshot, event as never);
    this.adopt(id, actor.machine, snapshot, actions);
    return true;
  }

  private adopt(id: string, machine: string, snapshot: AnyMachineSnapshot, actions: any[]): void {
    if (snapshot.status === 'error') throw snapshot.error;
    this.actors.set(id, { machine, snapshot });
    for (const { type, params } of actions) this.want(id, type, params);
    if (snapshot.status !== 'done') return;
    this.leave(id);
    if (id === 'team') this.output = snapshot.output;
    else this.record('actor.done', { actor: id, status: 'done', output: null }, '', []);
  }

  private want(id: string, type: string, params: any): void {
    if (type === 'xstate.emit') {
      const { type: said, to = [], ...data } = params.event;
      this.record(said, data, id, [to].flat());
    } else if (type === 'xstate.spawnChild') {
      const work = { actor: id, invoke: params.id, src: params.src, input: params.input };
      this.works.set(`${id}/${params.id}`, work);
    } else if (type === 'xstate.stopChild') {
      this.works.delete(`${id}/${params?.id ?? params}`);
    } else if (type === 'xstate.raise' && params.delay !== undefined) {
      const timer = { actor: id, event: params.event, dueAt: this.now + params.delay };
      this.timers.set(`${id}/${params.event.type}`, timer);
    } else if (type === 'xstate.cancel') {
      this.timers.delete(`${id}/${params?.sendId ?? params}`);
    } else throw new Error(`${id} wants "${type}" done`);
  }

  private record(type: string, data: object, from: string, to: string[]): void {
    this.check(type, data);
    this.log.push({ type, data, from, to, undeliverable: [] });
  }

  private check(type: string, data: object): void {
    const definition = this.definitions.get(type);
    if (!definition) throw new Error(`"${type}" is in no vocabulary`);
    const stored = JSON.parse(JSON.stringify(data));
    const { error } = definition.data.safeParse(stored);
    if (error) throw new Error(`${type} does not fit: ${error.message} ${JSON.stringify(data)}`);
  }
}
