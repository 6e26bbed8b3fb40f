/** The machines of the horde as the runtime registers them: each with the topics it hears unaddressed. */
import type { AnyStateMachine } from 'xstate';
import type { EventDefinition } from '../events/event.ts';
import { allMoves } from '../events/words/index.ts';
import type { Move } from '../events/words/moves.ts';
import { agentMachine, agentWith } from './agent/agent.ts';
import { patterns } from './patterns/index.ts';
import type { PatternDefinition } from './patterns/kit/pattern.ts';
import { teamMachine } from './team/team.ts';
import { workflowMachine } from './workflow/workflow.ts';

interface HordeMachine {
  machine: AnyStateMachine;
  hears: string[];
}

export const hordeMachines: Readonly<Record<string, HordeMachine>> = {
  agent: { machine: agentMachine, hears: [] },
  workflow: { machine: workflowMachine, hears: [] },
  team: {
    machine: teamMachine,
    hears: [
      'model.replied',
      'tool.returned',
      'limit.neared',
      'task.created',
      'team.stopRequested',
      'actor.done',
    ],
  },
  ...machinesOf(Object.values(patterns)),
};

function machinesOf(some: readonly PatternDefinition[]): Record<string, HordeMachine> {
  const machineOf = ({ machine, limits }: PatternDefinition): HordeMachine => ({
    machine,
    hears: 'rounds' in limits.shape ? ['limits.changed'] : [],
  });
  return Object.fromEntries(some.map((one) => [one.name, machineOf(one)]));
}

/**
 * The machines of a horde that has patterns of your own beside those of the package, and the events that their moves
 * are: for `createRuntime({ machines, events })`, with `hordeWorkers({ moves })`. Throws a TypeError where two patterns have one name.
 */
export function hordeWith(own: readonly PatternDefinition[]): {
  machines: Readonly<Record<string, HordeMachine>>;
  events: EventDefinition[];
  moves: Move[];
} {
  const moves = movesOf(own);
  for (const { name } of own)
    if (name in hordeMachines) throw new TypeError(`there is a pattern "${name}" already`);
  return {
    machines: {
      ...hordeMachines,
      ...(moves.length > 0 && { agent: { machine: agentWith(moves), hears: [] } }),
      ...machinesOf(own),
    },
    events: moves.map(({ event }) => event),
    moves,
  };
}

/** The moves that these patterns bring along and that the package does not have. */
function movesOf(own: readonly PatternDefinition[]): Move[] {
  const known = new Set<Move>(allMoves.values());
  return [...new Set(own.flatMap(({ words = [] }) => words))].filter((move) => !known.has(move));
}
