/** The moves of a review loop: the producer drafts, reviewers approve or ask for changes. */
import { z } from 'zod';
import { defineMove, issue, playedIssues, product } from '../../../events/words/moves.ts';

export const submitDraft = defineMove(
  'submit_draft',
  'draft.submitted',
  'Hand in your draft or revision. Give the whole text in content, or the path of the file you wrote.',
  {
    ...product,
    answers: z
      .array(z.strictObject({ tag: z.string().max(60), response: z.string().min(1).max(4000) }))
      .max(50)
      .describe('How each open issue was answered; empty for a first draft'),
  },
  (scene) => ({
    ...scene.product(),
    answers: scene.tags.slice(0, 50).map((tag) => ({ tag, response: scene.say('response') })),
  }),
);

export const approve = defineMove(
  'approve',
  'review.approved',
  'Approve the draft as it stands. Name what you checked; name remaining minor issues, or give evidence that there are none.',
  { evidence: z.string().min(1).max(8000), issues: z.array(issue).max(50) },
  (scene) => ({
    evidence: scene.say('evidence', scene.breath > 1 ? 3 : 1),
    issues: scene.breath > 1 && scene.dice.chance(0.3) ? playedIssues(scene, 1, 'low') : [],
  }),
);

export const requestChanges = defineMove(
  'request_changes',
  'changes.requested',
  'Send the draft back with specific, tagged issues, most severe first.',
  { issues: z.array(issue).min(1).max(50) },
  (scene) => ({
    issues: playedIssues(scene, scene.age === 1 ? scene.dice.int(2, 3) : scene.dice.int(1, 2)),
  }),
);
