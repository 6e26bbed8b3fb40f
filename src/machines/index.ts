/** The machines of the horde as the runtime registers them: each with the topics it hears unaddressed. */
import type { AnyStateMachine } from 'xstate';
import { agentMachine } from './agent/agent.ts';
import { patterns } from './patterns/index.ts';
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
  ...Object.fromEntries(
    Object.values(patterns).map(({ name, machine, limits }) => [
      name,
      { machine, hears: 'rounds' in limits.shape ? ['limits.changed'] : [] },
    ]),
  ),
};
