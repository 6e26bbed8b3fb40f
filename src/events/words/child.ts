/**
 * What comes back of a child team: its end, as the machine that waited for it hears it.
 */
import { z } from 'zod';
import { amount, usage } from '../amounts.ts';
import { defineEvent } from '../event.ts';
import { confidence } from './pattern.ts';

/** What is known of a child team at its end. */
const end = {
  team: z.string(),
  pattern: z.string(),
  reason: z.string(),
  /** How sure the child is; null for a team that is not of the horde. */
  confidence: confidence.nullable(),
  /** Its result for a reader who sees nothing else, within a bound; what there was when it ended early. */
  text: z.string(),
  /** What its reader must be told. */
  notes: z.array(z.string()),
  /** What the models of the child and of all its child teams said they used. */
  usage,
  /** How often they were asked; absent where it was not counted yet. */
  modelCalls: z.int().nonnegative().optional(),
  /** What the child and all its child teams count against the budget: what was settled, and what never was in full. */
  spent: amount,
  rehearsal: z.boolean(),
};

export const teamReturned = defineEvent(
  'team.returned',
  z.strictObject({ ...end, output: z.json() }),
);

/** The child failed or was stopped, or there was never one. Without `team` nothing was begun. */
export const teamFailed = defineEvent(
  'team.failed',
  z.strictObject({
    /** `failed`, `stopped`; `withdrawn`: never begun; `unreachable`: nobody could lead it on. */
    kind: z.string(),
    message: z.string(),
    ...z.strictObject(end).partial().shape,
  }),
);
