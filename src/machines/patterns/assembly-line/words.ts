/**
 * The moves of an assembly line: stages deliver one after the other; each may ask upstream, or send its input
 * back, and whoever is asked answers or delivers anew.
 */
import { z } from 'zod';
import { defineMove, issue, line, passage, product } from '../../../events/words/moves.ts';
import type { PlayedScene } from '../../../events/words/scene.ts';

export const deliver = defineMove(
  'deliver',
  'stage.delivered',
  'Deliver the output of your stage, complete: the next stage builds on it. Give the whole text in content, or the path of the file you wrote.',
  product,
);

export const askUpstream = defineMove(
  'ask_upstream',
  'clarification.asked',
  'Ask an earlier stage one question that you cannot answer from what you were given. You go on when it has answered.',
  {
    stage: line.describe('Name of the earlier stage that you ask'),
    question: passage.describe('One specific question, with what depends on the answer'),
  },
  // One of those who have delivered or answered; else one who has not asked.
  (scene) => {
    const known = [...scene.shown(deliver), ...scene.shown(clarify)].map(({ from }) => from);
    const asking = new Set(askersOf(scene));
    const stages =
      known.length > 0 ? known : scene.others('stage').filter((one) => !asking.has(one));
    return stages.length > 0 ? { stage: scene.dice.pick([...new Set(stages)]) } : {};
  },
);

export const rejectInput = defineMove(
  'reject_input',
  'input.rejected',
  'Send the delivery of the stage right before yours back, because you cannot build on it. It delivers anew, or says why it stands.',
  { issues: z.array(issue).min(1).max(20) },
);

export const clarify = defineMove(
  'clarify',
  'clarification.given',
  'Answer what a later stage asked, or say why your delivery stands as it is.',
  { answer: z.string().min(1).max(20_000) },
);

/** Who waits for an answer of the one whose turn it is. */
const askersOf = (scene: PlayedScene): string[] =>
  [...scene.shown(askUpstream), ...scene.shown(rejectInput)].map(({ from }) => from);
