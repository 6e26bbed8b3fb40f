/**
 * The moves of a deliberation: blind analyses, challenges to specific experts, a proposal and the verdicts on it,
 * and the synthesis that a facilitator forces where no agreement is reached.
 */
import { z } from 'zod';
import { defineMove, line, passage, product, tag } from './moves.ts';
import { confidence } from './pattern.ts';

const resolutions = z
  .array(z.strictObject({ tag, resolution: passage }))
  .max(60)
  .describe('How each challenge and objection is resolved, by its tag');

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
);

export const proposeConsensus = defineMove(
  'propose_consensus',
  'consensus.proposed',
  'Propose one answer that all can carry: no average, but what holds after the challenges.',
  { ...product, resolutions },
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
);
