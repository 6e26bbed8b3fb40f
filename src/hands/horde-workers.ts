/**
 * The workers that the horde's own machines wait for: `callModel`, `useTool` and `runTeam`.
 */

import type { Worker, Workers } from '../actors/worker.ts';
import type { TeamId } from '../events/ids.ts';
import type { ToolSpec } from '../events/words/agent.ts';
import { allMoves } from '../events/words/index.ts';
import type { Move } from '../events/words/moves.ts';
import { board } from '../projections/board/board.ts';
import { renderBoard } from '../projections/board/board-text.ts';
import { conversationOf } from '../projections/conversation/conversation.ts';
import { dispatchSwarmTool, type SwarmGrant } from './child/dispatch-swarm.ts';
import { runTeam } from './child/run-team.ts';
import { callModel } from './model/call-model.ts';
import type { ModelClient } from './model/model-client.ts';
import type { PriceTable } from './model/prices.ts';
import type { Person } from './people/person.ts';
import { askPersonTool } from './tools/ask-person.ts';
import { listTasksTool } from './tools/list-tasks.ts';
import { createUseTool } from './tools/use-tool.ts';
import { workspaceTools } from './tools/workspace-tools.ts';

export interface HordeWorkersOptions {
  client: ModelClient;
  prices: PriceTable;
  /** Moves of patterns of your own; see `hordeWith`. */
  moves?: readonly Move[];
  /** The folder that agents may read; without one there are no file tools. */
  workspace?: string;
  /** They may write there too. */
  write?: boolean;
  /** They may run commands there, each approved by the person. */
  commands?: boolean;
  person?: Person;
  /** They may dispatch swarms of sub-agents, each known to the catalog by its type. */
  swarms?: Pick<SwarmGrant, 'persona'>;
  onUnpriced?(model: string): void;
}

/** The workers, and the specs of the tools that they grant. */
export function hordeWorkers(options: HordeWorkersOptions): {
  workers: Workers;
  tools: ToolSpec[];
} {
  const { client, prices, workspace, person } = options;
  const view = { projection: board, render: renderBoard };
  const ask =
    person &&
    ((question: string, signal: AbortSignal, team: TeamId) =>
      person.askText(question, signal, team));
  const swarms = options.swarms
    ? [dispatchSwarmTool({ ...options.swarms, tools: () => granted.specs })]
    : [];
  const granted: { specs: ToolSpec[]; worker: Worker } = workspace
    ? workspaceTools({
        root: workspace,
        write: options.write ?? false,
        board: view,
        ...(ask ? { ask } : {}),
        ...(options.commands && person ? { commands: { approve: person.approveBytes } } : {}),
        more: swarms,
      })
    : withoutWorkspace([listTasksTool(view), ...(ask ? [askPersonTool(ask)] : []), ...swarms]);
  return {
    workers: {
      callModel: callModel({
        client,
        prices,
        ...(options.moves?.length
          ? { conversation: conversationOf([...allMoves.values(), ...options.moves]) }
          : {}),
        ...(options.onUnpriced ? { onUnpriced: options.onUnpriced } : {}),
      }),
      useTool: granted.worker,
      runTeam,
      // For machines of one's own that wait for a person.
      ...(person ? { ask: person.ask, approve: person.approve } : {}),
    },
    tools: granted.specs,
  };
}

const withoutWorkspace = (tools: Parameters<typeof createUseTool>[0][number][]) => ({
  specs: tools.map(({ spec }) => spec),
  worker: createUseTool(tools),
});
