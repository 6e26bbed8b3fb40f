/**
 * Hears what the machines say while a turn is folded, at the machines themselves, and holds it against what
 * was recorded: each saying once, in order, with everybody it was for.
 */
import type { Effect, Step } from '../../src/actors/machine/effect.ts';
import type { RegisteredMachine } from '../../src/actors/machine/registered-machine.ts';
import type { TeamState } from '../../src/actors/state/team-state.ts';
import type { RecordedEvent } from '../../src/events/event.ts';

type Said = Extract<Effect, { kind: 'say' }>['event'];

export interface Listener {
  machineOf(name: string): RegisteredMachine;
  forget(): void;
  /** What is wrong with the record of a turn, if anything. */
  compare(turn: readonly RecordedEvent[], before: TeamState, after: TeamState): string[];
}

export function createListener(machines: ReadonlyMap<string, RegisteredMachine>): Listener {
  let said: Said[] = [];
  const listen = (step: Step): Step => {
    for (const effect of step.effects) if (effect.kind === 'say') said.push(effect.event);
    return step;
  };
  const heard = new Map<string, RegisteredMachine>();
  for (const [name, machine] of machines) {
    const { interpreter } = machine;
    heard.set(name, {
      ...machine,
      interpreter: {
        ...interpreter,
        start: (...given) => listen(interpreter.start(...given)),
        hear: (...given) => listen(interpreter.hear(...given)),
        settle: (...given) => listen(interpreter.settle(...given)),
        fail: (...given) => listen(interpreter.fail(...given)),
      },
    });
  }
  return {
    machineOf(name) {
      const machine = heard.get(name);
      if (!machine) throw new Error(`no machine "${name}"`);
      return machine;
    },
    forget() {
      said = [];
    },
    compare(turn, before, after) {
      // A turn that could not complete stands for what was said in it.
      if (turn.some(({ type }) => type === 'team.stopped')) return [];
      const recorded = turn.filter(({ meta }) => meta.actor !== undefined);
      const problems: string[] = [];
      if (recorded.length !== said.length)
        problems.push(`${said.length} things were said and ${recorded.length} are recorded`);
      recorded.forEach((event, i) => {
        const problem = said[i] && compareOne(said[i], event, before, after);
        if (problem) problems.push(`${event.type}@${event.revision}: ${problem}`);
      });
      return problems;
    },
  };
}

function compareOne(
  said: Said,
  { type, meta }: RecordedEvent,
  before: TeamState,
  after: TeamState,
): string | undefined {
  if (said.type !== type) return `"${said.type}" was said`;
  const reached = [...(meta.to ?? []), ...(meta.undeliverable ?? [])].sort();
  if (said.to !== undefined) {
    const meant = [said.to].flat().sort();
    return meant.join() === reached.join()
      ? undefined
      : `meant for ${meant}, recorded for ${reached}`;
  }
  // Who was there before and after the turn and subscribes was there in between, unless it joined anew.
  for (const [id, actor] of after.actors) {
    const was = before.actors.get(id);
    if (id === meta.actor || actor.status !== 'active' || was?.status !== 'active') continue;
    if (actor.machine.hears(type) && !reached.includes(id))
      return `${id} subscribes and did not hear it`;
  }
  const deaf = (meta.deaf ?? []).filter((id) => !reached.includes(id));
  return deaf.length > 0 ? `${deaf} is deaf to what it was not told` : undefined;
}
