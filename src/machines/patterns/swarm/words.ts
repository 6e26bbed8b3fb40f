/** The move of those who work on their own: in a swarm side by side, or as the only one. */
import { z } from 'zod';
import { defineMove, product } from '../../../events/words/moves.ts';

export const contribute = defineMove(
  'contribute',
  'contribution.submitted',
  'Hand in your own, independent contribution. You do not see what others work on.',
  { ...product, confidence: z.enum(['high', 'medium', 'low']) },
  (scene) => scene.product(),
);
