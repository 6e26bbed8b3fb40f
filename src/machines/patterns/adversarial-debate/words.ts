/**
 * The moves of an adversarial debate: two advocates argue and rebut point by point, the judge rules on each.
 */
import { z } from 'zod';
import { defineMove, line, passage, product, tag } from '../../../events/words/moves.ts';
import { confidence } from '../../../events/words/pattern.ts';

const claim = z.strictObject({ tag, claim: passage, evidence: passage });

export const argue = defineMove(
  'argue',
  'argument.made',
  'Open your case: the position you stand for and its strongest points, each with a tag and its evidence.',
  { ...product, position: line, points: z.array(claim).min(1).max(8) },
);

export const rebut = defineMove(
  'rebut',
  'rebuttal.made',
  'Answer the case of the other side point by point: contest a point with reasons, or concede it.',
  {
    summary: passage,
    answers: z
      .array(z.strictObject({ tag, stance: z.enum(['contest', 'concede']), response: passage }))
      .max(40)
      .describe("One for each point of the other side, by that point's tag"),
    points: z.array(claim).max(4).describe('New points of your own; empty in the last round'),
  },
);

export const rule = defineMove(
  'rule',
  'debate.ruled',
  'Rule on the debate: for each contested point the one side that wins it and why, and the side that wins the whole. No compromise between the sides.',
  {
    ...product,
    rulings: z
      .array(
        z.strictObject({
          tag,
          winner: line.describe('Name of the advocate who wins the point'),
          reason: passage.describe('The decisive factor'),
        }),
      )
      .max(60),
    winner: line.describe('Name of the advocate who wins the debate as a whole'),
    confidence,
  },
);
