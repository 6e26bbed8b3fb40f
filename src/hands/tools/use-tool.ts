/**
 * The worker behind `useTool`: runs one use of a tool that a model asked for, read from its recorded reply.
 *
 * Invariants
 * 1. What is run is what the reply at that revision says, never what a message claims it says.
 * 2. A tool that is unknown, arguments that do not fit, and a tool's own error are answers (`ok: false`).
 * 3. What repeating means depends on the tool alone.
 */
import type { ZodError } from 'zod';
import { type Clock, systemClock } from '../../actors/clock.ts';
import {
  type Reserve,
  StandingDown,
  type WorkContext,
  type Worker,
  WorkFailure,
} from '../../actors/worker.ts';
import type { JsonObject } from '../../events/event.ts';
import { modelReplied, toolFailed, toolReturned } from '../../events/words/agent.ts';
import { reasonOf } from './file-error.ts';
import { cutAnswer, type Tool, type ToolAnswer, ToolRefused } from './tool.ts';

export interface ToolUseInput {
  agent: string;
  tool: string;
  /** Revision of the `model.replied` that asks for it. */
  reply: number;
  /** Index of the block in that reply's content. */
  index: number;
}

export function createUseTool(
  tools: readonly Tool[],
  clock: Pick<Clock, 'now'> = systemClock,
): Worker<ToolUseInput> {
  const byName = new Map(tools.map((tool) => [tool.spec.name, tool] as const));
  return {
    records: { done: toolReturned, failed: toolFailed },
    effect: ({ tool }) => byName.get(tool)?.effect ?? 'repeatable',
    reserve: (question) => byName.get(question.input.tool)?.reserve?.(question) ?? NOTHING,
    async run(input, context) {
      const { use, args } = await useIn(input, context);
      const began = clock.now();
      const answer = await answered(byName, input.tool, args, context);
      const latencyMs = Math.max(0, clock.now() - began);
      const { text, ...rest } = answer;
      return {
        tool: input.tool,
        use,
        reply: input.reply,
        ...rest,
        // A team below that was never begun has cost nothing, and that must be said.
        ...(byName.get(input.tool)?.reserve && !rest.spent ? { spent: { tokens: 0, usd: 0 } } : {}),
        text: cutAnswer(text),
        latencyMs,
      };
    },
  };
}

const NOTHING: Reserve = { inputTokens: 0, outputTokens: 0, outputTokensMin: 0, usd: () => 0 };

async function useIn(input: ToolUseInput, context: WorkContext) {
  const event = await context.event(input.reply);
  const where = `${context.team}@${input.reply}`;
  if (event.type !== modelReplied.type)
    throw new WorkFailure('invalidRequest', `${where} is ${event.type}, not a reply of a model`);
  if (event.meta.work !== undefined && !event.meta.work.startsWith(`${input.agent}/`))
    throw new WorkFailure('invalidRequest', `${where} is not a reply to ${input.agent}`);
  const block = (event.data['content'] as JsonObject[])[input.index];
  if (block?.['type'] !== 'tool_use' || block['name'] !== input.tool)
    throw new WorkFailure('invalidRequest', `${where}[${input.index}] is no use of ${input.tool}`);
  return { use: String(block['id']), args: block['input'] };
}

async function answered(
  tools: ReadonlyMap<string, Tool>,
  name: string,
  input: unknown,
  context: WorkContext,
): Promise<ToolAnswer> {
  const tool = tools.get(name);
  if (!tool) {
    const known = [...tools.keys()].join(', ') || 'none';
    return { ok: false, text: `There is no tool "${name}" here; there are: ${known}.` };
  }
  const parsed = tool.args.safeParse(input);
  if (!parsed.success) return { ok: false, text: unfit(name, parsed.error) };
  try {
    return await tool.run(parsed.data, context);
  } catch (error) {
    if (error instanceof StandingDown) throw error;
    if (error instanceof WorkFailure && error.data['spent']) throw error;
    if (context.signal.aborted) throw new WorkFailure('cancelled', `${name} was cancelled`);
    if (error instanceof ToolRefused) return { ok: false, text: error.message };
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return { ok: false, text: `${name}: ${reason}.` };
  }
}

function unfit(name: string, error: ZodError): string {
  const problems = error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
  return `The arguments do not fit ${name}: ${problems.join('; ')}.`;
}
