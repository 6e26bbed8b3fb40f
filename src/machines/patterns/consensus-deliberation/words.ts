/**
 * The moves of a deliberation: blind analyses, challenges to specific experts, a proposal and the verdicts on it,
 * and the synthesis that a facilitator forces where no agreement is reached.
 */
import { z } from 'zod';
import { defineMove, line, passage, product, tag } from '../../../events/words/moves.ts';
import { confidence } from '../../../events/words/pattern.ts';
import type { PlayedScene } from '../../../events/words/scene.ts';

const resolutions = z
  .array(z.strictObject({ tag, resolution: passage }))
  .max(60)
  .describe('How each challenge and objection is resolved, by its tag');

/** A proposal, and what is forced, resolves every point that was raised. */
function playedResolutions(scene: PlayedScene) {
  const challenged = scene.shown(challenge).flatMap(({ data }) => data.challenges);
  const objected = scene.shown(disagree).flatMap(({ data }) => data.objections);
  const raised = [...challenged, ...objected].map(({ tag }) => tag);
  return {
    resolutions: [...new Set([...raised, ...scene.tags])]
      .slice(0, 60)
      .map((tag) => ({ tag, resolution: scene.say('response') })),
  };
}

export const submitAnalysis = defineMove(
  'submit_analysis',
  'analysis.submitted',
  'Hand in your own analysis. Nobody sees it before all have handed in theirs.',
  { ...product, recommendation: line, confidence },
);

export const challenge = defineMove(
  'challenge',
  'challenges.raised',
  'Challenge what specific experts have claimed, and answer what was put to you. Challenge nobody only if you can say what you checked.',
  {
    summary: passage.describe('What you checked, and where your own view has changed'),
    challenges: z
      .array(z.strictObject({ to: line.describe('Name of the expert'), tag, challenge: passage }))
      .max(8),
    answers: z
      .array(z.strictObject({ tag, stance: z.enum(['hold', 'concede']), response: passage }))
      .max(40)
      .describe('One for each point put to you; empty when there is none'),
  },
  // One or two of the others, and an answer to whatever stands.
  (scene) => {
    const { dice, age } = scene;
    const others = scene.others('expert');
    if (others.length === 0) return {};
    const challenges = dice
      .some(others, age > 2 ? 1 : dice.int(1, 2))
      .map((to) => ({ to, tag: scene.newTag(), challenge: scene.say('problem', 2) }));
    const answers = scene.tags.slice(0, 40).map((tag) => {
      const stance = dice.chance(0.4) ? ('concede' as const) : ('hold' as const);
      return { tag, stance, response: scene.say(stance === 'hold' ? 'rebuttal' : 'response') };
    });
    return { summary: scene.say('summary'), challenges, answers };
  },
);

export const proposeConsensus = defineMove(
  'propose_consensus',
  'consensus.proposed',
  'Propose one answer that all can carry: no average, but what holds after the challenges.',
  { ...product, resolutions },
  playedResolutions,
);

export const agree = defineMove(
  'agree',
  'proposal.agreed',
  'Agree with the proposal as it stands, and say what you checked it for.',
  { reason: passage },
);

export const disagree = defineMove(
  'disagree',
  'proposal.disputed',
  'Disagree with the proposal: say what does not hold, and what would have to change.',
  {
    objections: z
      .array(z.strictObject({ tag, objection: passage, remedy: passage }))
      .min(1)
      .max(12),
  },
);

export const forceSynthesis = defineMove(
  'force_synthesis',
  'synthesis.forced',
  'Decide where the experts do not agree: one answer, by the criterion that the brief names.',
  { ...product, resolutions },
  playedResolutions,
);
