/**
 * The moves of expertise routing: a generalist works and consults specialists; a specialist advises on the one
 * question that it is asked.
 */
import { z } from 'zod';
import { defineMove, line, passage, product } from '../../../events/words/moves.ts';
import { confidence } from '../../../events/words/pattern.ts';

const advice = z.string().min(1).max(20_000);

export const consult = defineMove(
  'consult',
  'consultation.asked',
  'Ask one specialist one question outside your field. You go on, with all that you know, when the advice is in.',
  {
    specialist: line.describe('Name of the specialist that you ask'),
    question: passage.describe('One specific question'),
    context: advice.describe(
      'All that is needed to answer it, constraints included: beside the request the specialist sees nothing else',
    ),
  },
  (scene) => {
    const specialists = scene.others('specialist');
    const context = scene.say('finding', 2);
    return specialists.length > 0
      ? { specialist: scene.dice.pick(specialists), context }
      : { context };
  },
);

export const advise = defineMove(
  'advise',
  'consultation.answered',
  'Answer the question with advice that can be acted on, and say what it depends on.',
  { advice, caveats: passage.optional(), confidence },
);

export const declineQuestion = defineMove(
  'decline_question',
  'consultation.declined',
  'Leave the question unanswered, because it is outside your field or cannot be answered from what is given.',
  { reason: passage },
);

export const finishWork = defineMove(
  'finish_work',
  'product.finished',
  'Hand in the finished work and release the specialists. Say what became of each piece of advice.',
  {
    ...product,
    advice: z
      .array(
        z.strictObject({
          specialist: line.describe('Name of the specialist who gave it'),
          taken: z.enum(['followed', 'adapted', 'rejected']),
          reason: passage,
        }),
      )
      .max(20)
      .describe('One for each piece of advice that you got; empty when you asked nobody'),
  },
  // Most advice is followed; now and then some is not.
  (scene) => ({
    ...scene.product(),
    advice: scene.shown(advise).map(({ from }) => ({
      specialist: from,
      taken: scene.dice.pick(['followed', 'followed', 'adapted', 'rejected'] as const),
      reason: scene.say('verdict'),
    })),
  }),
);
