/** Requests for the tests of the rehearsal: a conversation as the model worker builds it, in small. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ToolSpec } from '../../../src/events/words/agent.ts';
import { allMoves } from '../../../src/events/words/index.ts';
import type { ModelMessage, ModelRequest } from '../../../src/hands/model/model-client.ts';

export const usersTable = readFileSync(
  new URL('../../../examples/requests/users-table.md', import.meta.url),
  'utf8',
);

export const tool = (name: string, properties: ToolSpec['input'] = {}): ToolSpec => ({
  name,
  description: name,
  input: { type: 'object', properties, required: Object.keys(properties) },
});

export const moveTools = [...allMoves.values()].map((move) => move.tool);

interface Stage {
  moves?: string[];
  round?: number;
  grant?: number;
  agent?: string;
  tools?: ToolSpec[];
  outputTokensMax?: number;
  /** What the turn shows beside its brief. */
  shown?: string;
  /** What has been said since the turn began. */
  since?: ModelMessage[];
}

export function requestFor(stage: Stage = {}): ModelRequest {
  const { moves = ['submit_draft'], round = 1, grant = round, agent = 'producer' } = stage;
  const tools = stage.tools ?? moveTools;
  const brief = `Round ${round}: make your move, ${agent}.`;
  const text = stage.shown ? `${brief}\n\n${stage.shown}` : brief;
  const messages: ModelMessage[] = [
    { role: 'user', content: [{ type: 'text', text: usersTable }] },
    { role: 'assistant', content: [{ type: 'text', text: 'I have read the request.' }] },
    { role: 'user', content: [{ type: 'text', text }] },
    ...(stage.since ?? []),
  ];
  const system = `You are ${agent}.`;
  const hash = createHash('sha256')
    .update(JSON.stringify([system, tools, messages]))
    .digest('hex');
  return {
    model: 'rehearsal',
    system,
    tools,
    messages,
    outputTokensMax: stage.outputTokensMax ?? 8000,
    hash,
    turn: { agent, role: agent, grant, round, moves, brief, purpose: 'work' },
  };
}

/** An answered use of a tool. */
export const used = (id: string, name: string, input: object, error = false): ModelMessage[] => [
  { role: 'assistant', content: [{ type: 'tool_use', id, name, input: input as never }] },
  {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: id, content: 'ok', is_error: error }],
  },
];

export const listening = (signal: AbortSignal = new AbortController().signal) => {
  const heard: string[] = [];
  return { signal, onText: (text: string) => heard.push(text), heard };
};
