/** A text of somebody else: shown as text, what cannot be seen written out, and a bounded part of it at first. */
import { useState } from 'preact/hooks';
import { escapeControls } from '../../projections/framing.ts';
import './bounded-text.css';

/** Characters that are put into the page before one asks for all, and the most there are then. */
const FIRST = 4000;
const MOST = 400_000;

export function BoundedText({ text }: { text: string }) {
  const [most, show] = useState(FIRST);
  const hidden = text.length - Math.min(text.length, most);
  return (
    <div class="bounded-text">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <pre tabIndex={0}>{escapeControls(text.slice(0, most))}</pre>
      {hidden > 0 && (
        <button type="button" onClick={() => show(MOST)} disabled={most === MOST}>
          {most === MOST
            ? `${hidden} more characters are not shown here`
            : `Show all ${text.length} characters`}
        </button>
      )}
    </div>
  );
}
