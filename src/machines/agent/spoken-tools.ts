/**
 * Tools that are said rather than done: a message to a teammate, a task made or moved on the board.
 * No worker runs them; the agent's machine says the event in the same turn in which it hears the reply.
 */
import { z } from 'zod';
import type { JsonObject } from '../../events/event.ts';
import type { ToolSpec } from '../../events/words/agent.ts';

/** What is said, ready for `emit`; a message still lacks its sequence number. */
export type Utterance =
  | { type: 'message.sent'; to: string; text: string }
  | { type: 'task.created'; task: string; title: string; owner?: string; blockedBy: string[] }
  | { type: 'task.progressed'; task: string; status: TaskStatus; note: string };

const status = z.enum(['pending', 'inProgress', 'blocked', 'completed', 'failed']);
type TaskStatus = z.output<typeof status>;

interface SpokenTool {
  readonly name: string;
  readonly args: z.ZodObject;
  /** The tool as the model is told of it. */
  readonly tool: ToolSpec;
  /** What using it says; `args` have been checked. */
  says(args: JsonObject): Utterance;
}

const task = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/)
  .max(60);

const tools = [
  spoken(
    'send_message',
    'Send a teammate a message. It reaches them before their next turn.',
    {
      to: z.string().min(1).max(100).describe('Name of the teammate, as the brief gives it'),
      text: z.string().min(1).max(20_000),
    },
    ({ to, text }) => ({ type: 'message.sent', to, text }),
  ),
  spoken(
    'create_task',
    'Put a new task on the board of the team.',
    {
      task: task.describe('Short stable name, like split-users-table'),
      title: z.string().min(1).max(400),
      owner: z.string().min(1).max(100).optional().describe('Name of the teammate it is for'),
      blockedBy: z.array(task).max(20).describe('Tasks that must be completed first'),
    },
    (args) => ({ type: 'task.created', ...args }),
  ),
  spoken(
    'update_task',
    'Say how a task on the board stands.',
    { task, status, note: z.string().max(4000) },
    (args) => ({ type: 'task.progressed', ...args }),
  ),
];

/** Every spoken tool by its name. */
export const spokenTools: ReadonlyMap<string, SpokenTool> = new Map(
  tools.map((tool) => [tool.name, tool]),
);

function spoken<Shape extends z.ZodRawShape>(
  name: string,
  description: string,
  shape: Shape,
  says: (args: z.output<z.ZodObject<Shape>>) => Utterance,
): SpokenTool {
  const args = z.strictObject(shape);
  const { $schema: _, ...input } = z.toJSONSchema(args) as JsonObject;
  return { name, args, tool: { name, description, input }, says: says as SpokenTool['says'] };
}
