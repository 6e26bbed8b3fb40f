/** The words for a verdict, the same wherever it is shown, and how good the news is. */
import type { TeamVerdict } from './verdict.ts';

/** `good` is only what was completed as intended and is not doubted; anything less is `doubtful`. */
type Tone = 'going' | 'paused' | 'good' | 'doubtful' | 'bad';

export function toneOf({ status, outcome, confidence }: TeamVerdict): Tone {
  if (status === 'running') return 'going';
  if (status === 'paused') return 'paused';
  if (status !== 'done') return 'bad';
  return outcome === 'fallback' || outcome === 'incomplete' || confidence === 'low'
    ? 'doubtful'
    : 'good';
}

/** `running`, `completed, high confidence`, `fallback, low confidence`, `failed`. */
export function verdictWords({ status, outcome, confidence }: TeamVerdict): string {
  if (status !== 'done') return status;
  return [outcome ?? 'done', ...(confidence ? [`${confidence} confidence`] : [])].join(', ');
}

/** Why, with what went wrong; empty for a team at work. */
export const whyWords = ({ reason, cause }: TeamVerdict): string =>
  [reason, ...(cause ? [`because of ${cause}`] : [])].filter(Boolean).join(', ');
