/**
 * Moves are how an agent acts in a pattern: each is a schema, a tool for the model, and an event for the team.
 * The event's data is the move's arguments and the number of the grant that it answers.
 */
import { z } from 'zod';
import { defineEvent, type EventDefinition, type JsonObject } from '../event.ts';
import type { ToolSpec } from './agent.ts';
import type { PlayedScene, Plays } from './scene.ts';

export interface Move {
  /** Name of the tool. */
  readonly name: string;
  readonly description: string;
  readonly args: z.ZodObject;
  readonly event: EventDefinition;
  /** The tool as the model is told of it. */
  readonly tool: ToolSpec;
  /** How a scripted model plays it: the arguments that it decides on; the rest is filled from the schema. */
  readonly plays?: Plays;
}

/** `plays` is how a rehearsal makes the move; without it everything is filled from the schema. */
export function defineMove<const Type extends string, Shape extends z.ZodRawShape>(
  name: string,
  type: Type,
  description: string,
  shape: Shape,
  plays?: Plays<Partial<z.input<z.ZodObject<Shape>>>>,
) {
  const args = z.strictObject(shape);
  const event = defineEvent(type, args.extend({ grant: z.int().positive() }), { message: true });
  const { $schema: _, ...input } = z.toJSONSchema(args) as JsonObject;
  const tool: ToolSpec = { name, description, input };
  return { name, description, args, event, tool, ...(plays && { plays }) } satisfies Move;
}

/** Bounds of what a model may say in one field; a longer one is an unfit argument. */
export const line = z.string().min(1).max(400);
export const text = z.string().min(1).max(200_000);
export const passage = z.string().min(1).max(4000);
/** The tag of a point that stands; it stays the same as long as the point does, so that repetition is seen. */
export const tag = z
  .string()
  .regex(/^[A-Z0-9]+(-[A-Z0-9]+)*$/)
  .max(60)
  .describe('Stable name of the point, like ERROR-HANDLING-001; keep it while the point stands');

/** One point of criticism. */
export const issue = z.strictObject({
  tag,
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  problem: z.string().min(1).max(4000),
  remedy: z.string().min(1).max(4000),
});
export type Issue = z.output<typeof issue>;

/** Issues as a rehearsal raises them: different tags each; in later rounds an old one may still stand. */
export function playedIssues(
  { age, breath, dice, tags: shown, ...scene }: PlayedScene,
  wanted: number,
  severity?: Issue['severity'],
): Issue[] {
  const count = breath > 0 ? wanted : 1;
  const tags = new Set<string>();
  if (age > 1 && shown.length > 0 && dice.chance(0.3)) tags.add(dice.pick(shown));
  for (let i = 0; tags.size < count && i < 20; i++) tags.add(scene.newTag());
  const severities = ['high', 'high', 'medium', 'low'] as const;
  return [...tags].map((tag, i) => {
    const { say } = scene.closer();
    return {
      tag,
      severity: severity ?? severities[i + dice.int(0, 1)] ?? 'low',
      problem: say('problem'),
      remedy: say('remedy'),
    };
  });
}

/** What a move that hands in a product holds of it. */
export const product = {
  title: line,
  summary: z.string().min(1).max(4000),
  content: text.optional().describe('The full text, unless it stands in a file'),
  path: line.optional().describe('The file in the workspace that holds it, if you wrote one'),
};

export const submitSynthesis = defineMove(
  'submit_synthesis',
  'synthesis.submitted',
  'Hand in the one text that brings the contributions together: what holds, what is disputed, what to do.',
  {
    ...product,
    decisions: z
      .array(z.strictObject({ subject: line, resolution: z.string().min(1).max(4000) }))
      .max(50),
    dissent: z
      .array(z.strictObject({ by: line, about: line, view: z.string().min(1).max(4000) }))
      .max(50),
    confidence: z.enum(['high', 'medium', 'low']),
  },
  (scene) => ({
    ...scene.product(),
    decisions: Array.from({ length: scene.breath > 1 ? 2 : 1 }, () => {
      const { say } = scene.closer();
      return { subject: say('question').slice(0, 400), resolution: say('verdict') };
    }),
    dissent: [],
  }),
);
