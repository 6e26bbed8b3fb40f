/** The moves of a review loop: the producer drafts, reviewers approve or ask for changes. */
import { z } from 'zod';
import { defineMove, issue, product } from '../../../events/words/moves.ts';

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
);

export const approve = defineMove(
  'approve',
  'review.approved',
  'Approve the draft as it stands. Name what you checked; name remaining minor issues, or give evidence that there are none.',
  { evidence: z.string().min(1).max(8000), issues: z.array(issue).max(50) },
);

export const requestChanges = defineMove(
  'request_changes',
  'changes.requested',
  'Send the draft back with specific, tagged issues, most severe first.',
  { issues: z.array(issue).min(1).max(50) },
);
