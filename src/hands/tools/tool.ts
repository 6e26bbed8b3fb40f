/**
 * A tool is what an agent may use beside its moves: a zod schema, the tool as the model is told of it,
 * and a hand that runs it. What goes wrong for the model's own reasons is an answer, not a failure.
 */
import { z } from 'zod';
import type { Reserve, ReserveQuestion, WorkContext } from '../../actors/worker.ts';
import type { Amount, Usage } from '../../events/amounts.ts';
import type { JsonObject } from '../../events/event.ts';
import type { ToolSpec } from '../../events/words/agent.ts';
import type { EffectClass } from '../../events/words/work.ts';

/** Characters of an answer; a longer one is cut, and says so. */
export const ANSWER_MAX = 64_000;

export interface ToolAnswer {
  ok: boolean;
  text: string;
  /** Below the workspace, with `/` between names. */
  path?: string;
  /** sha-256 of the bytes read or written, in hexadecimal. */
  hash?: string;
  bytes?: number;
  wrote?: boolean;
  /** The team below that answered, and what it cost. */
  team?: string;
  usage?: Usage;
  spent?: Amount;
}

export interface Tool<Args = any> {
  readonly spec: ToolSpec;
  readonly args: z.ZodType<Args>;
  readonly effect: EffectClass;
  /** For a tool that starts a team below: its share. */
  reserve?(question: ReserveQuestion<any>): Reserve;
  run(args: Args, context: WorkContext): Promise<ToolAnswer>;
}

/** Refuses what the model asked for; its message is what the model is told. */
export class ToolRefused extends Error {
  override readonly name = 'ToolRefused';
}

export function defineTool<Shape extends z.ZodRawShape>(
  name: string,
  description: string,
  shape: Shape,
  effect: EffectClass,
  run: Tool<z.output<z.ZodObject<Shape>>>['run'],
): Tool {
  const args = z.strictObject(shape);
  const { $schema: _, ...input } = z.toJSONSchema(args) as JsonObject;
  return { spec: { name, description, input }, args, effect, run: run as Tool['run'] };
}

/** Cuts an answer at a line where that loses little. */
export function cutAnswer(text: string): string {
  if (text.length <= ANSWER_MAX) return text;
  const cut = text.slice(0, ANSWER_MAX).replace(/[\ud800-\udbff]$/, '');
  const end = cut.lastIndexOf('\n');
  const kept = end > ANSWER_MAX / 2 ? cut.slice(0, end) : cut;
  return `${kept}\n[cut: ${text.length - kept.length} more characters]`;
}
