/** The one move that only a nested swarm has: what was gathered, brought together by the one who gathered it. */
import { z } from 'zod';
import { defineMove, line, passage, product } from '../../../events/words/moves.ts';

export const shareFindings = defineMove(
  'share_findings',
  'findings.shared',
  'Share what you found out with the team, brought together in your own words. They see this and nothing of how you came to it.',
  {
    ...product,
    evidence: z
      .array(z.strictObject({ claim: passage, source: line }))
      .max(50)
      .describe('What the team may rely on, and what each claim rests on'),
    gaps: z.array(line).max(20).describe('What you could not find out'),
    confidence: z.enum(['high', 'medium', 'low']),
  },
);
