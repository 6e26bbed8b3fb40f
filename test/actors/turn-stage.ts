/**
 * A team without a store: stimuli in, turns out. Work is judged by the real doorkeeper and starts at once.
 */
import type { AnyStateMachine } from 'xstate';
import { createDoorkeeper, standardPolicies } from '../../src/actors/gate/doorkeeper.ts';
import { limitsOf } from '../../src/actors/limits.ts';
import type {
  MachineSource,
  RegisteredMachine,
} from '../../src/actors/machine/registered-machine.ts';
import { registerMachine } from '../../src/actors/machine/registration.ts';
import { emptyState, type TeamState } from '../../src/actors/state/team-state.ts';
import type { Rule, TurnEvent, TurnRules } from '../../src/actors/turn/draft.ts';
import { takeTurn } from '../../src/actors/turn/turn.ts';
import type { Worker } from '../../src/actors/worker.ts';
import type { EventDefinition, JsonObject } from '../../src/events/event.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import { vocabulary } from '../../src/events/words/index.ts';
import type { Limits } from '../../src/events/words/team.ts';

export interface StageOptions {
  machines: Readonly<Record<string, MachineSource | AnyStateMachine>>;
  /** Effect class, or the whole worker, by name. */
  workers?: Readonly<Record<string, Partial<Worker> & Pick<Worker, 'effect'>>>;
  events?: readonly EventDefinition[];
  limits?: Partial<Limits>;
  input?: unknown;
}

/** On this stage machines speak the words of a team, unless they say otherwise. */
const inTeam = (source: MachineSource | AnyStateMachine): MachineSource =>
  'machine' in source ? { words: 'team', ...source } : { machine: source, words: 'team' };

export const BEGINNING = 1_000_000;

export class TurnStage {
  state: TeamState = emptyState();
  readonly rules: TurnRules;
  readonly log: TurnEvent[] = [];

  constructor(private readonly options: StageOptions) {
    const { workers = {}, events = [] } = options;
    const registered = new Map<string, RegisteredMachine>();
    for (const [name, source] of Object.entries(options.machines))
      registered.set(
        name,
        registerMachine(name, inTeam(source), (src) => src in workers),
      );
    this.rules = {
      catalog: createCatalog([...vocabulary, ...events]),
      doorkeeper: createDoorkeeper(standardPolicies, workers as never),
      machineOf(name) {
        const machine = registered.get(name);
        if (!machine) throw new Error(`no machine "${name}"`);
        return machine;
      },
    };
  }

  /** Forms the team of the machine `root` and lets the first leader take it. */
  form(): TurnEvent[] {
    const { limits, input = null } = this.options;
    const formed = {
      team: 't',
      actor: 'root',
      machine: 'root',
      input,
      limits: limitsOf(limits),
      depth: 0,
      labels: {},
      package: '1',
    };
    return [...this.take('team.formed', formed as never, 0), ...this.lead(0)];
  }

  lead(atMs: number, downMs = 0): TurnEvent[] {
    const epoch = this.state.epoch + 1;
    const took = { epoch, leader: `leader-${epoch}`, downMs, package: '1', code: 'c' };
    return this.take('leader.took', took, atMs);
  }

  /** One turn, `atMs` after the beginning. */
  take(
    type: string,
    data: JsonObject,
    atMs: number,
    more: { work?: string; origin?: string; to?: string[] } = {},
  ): TurnEvent[] {
    const stimulus = { type, data, at: BEGINNING + atMs, ...more };
    const { state, events } = takeTurn(this.state, stimulus, this.rules, this.rule);
    this.state = state;
    this.log.push(...events);
    return events;
  }

  /** Fires the timer that is due next. */
  fire(): TurnEvent[] {
    const [next] = [...this.state.timers.values()].sort((a, b) => a.dueAt - b.dueAt);
    if (!next) throw new Error('no timer is armed');
    const { actor, timer, armed, dueAt } = next;
    return this.take('timer.fired', { actor, timer, armed, dueAt }, dueAt - BEGINNING);
  }

  /** The works of an actor that are owed, by invoke id. */
  work(actor: string, invoke: string): string {
    const works = [...this.state.works.values()];
    const found = works.find((work) => work.actor === actor && work.invoke === invoke);
    if (!found) throw new Error(`${actor} does not wait for ${invoke}`);
    return found.id;
  }

  private readonly rule: Rule = (state, work, at) => {
    if (state.leader === '') return [];
    const { doorkeeper } = this.rules;
    const { id, src } = work;
    const verdict = doorkeeper.judge(state, work, at);
    if ('refuse' in verdict)
      return [
        { type: 'work.refused', data: { work: id, src, kind: 'refused', ...verdict.refuse } },
      ];
    if ('delay' in verdict)
      return [{ type: 'work.delayed', data: { work: id, src, ...verdict.delay } }];
    const effect = doorkeeper.effectOf(state, work);
    const admitted = { work: id, src, effect, purpose: 'work', ...verdict.admit };
    const dear = effect === 'paid' || effect === 'once';
    return [
      { type: 'work.admitted' as const, data: admitted },
      ...(dear
        ? [{ type: 'work.started' as const, data: { work: id, src, attempt: work.attempt + 1 } }]
        : []),
    ];
  };
}

export const types = (events: readonly TurnEvent[]): string[] => events.map(({ type }) => type);
