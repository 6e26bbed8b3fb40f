/** How a team stands or has ended, in the words of all lists and reports; green is only what ended well. */
import { escapeControls } from '../../../projections/conversation/framing.ts';
import type { TeamVerdict } from '../../../projections/verdict/verdict.ts';
import { toneOf, verdictWords, whyWords } from '../../../projections/verdict/verdict-words.ts';

export function VerdictBadge({ verdict }: { verdict: TeamVerdict }) {
  return (
    <span class={`badge ${toneOf(verdict)}`} title={escapeControls(whyWords(verdict)) || undefined}>
      {verdict.status === 'running' && <i class="live-dot" aria-hidden="true" />}
      {verdictWords(verdict)}
    </span>
  );
}
