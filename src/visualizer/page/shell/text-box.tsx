/**
 * A text that somebody else wrote, as text: invisible characters written out, bounded in height, and in the document only
 * as far as was asked for.
 */
import { useEffect, useState } from 'preact/hooks';
import { escapeControls } from '../../../projections/conversation/framing.ts';
import './text-box.css';

/** Characters that are in the document at first, and that each further click adds. */
const SHOWN = 6000;
const MORE = 200_000;

export function TextBox({ text, label }: { text: string; label: string }) {
  const [shown, show] = useState(SHOWN);
  // Another text begins at its beginning.
  useEffect(() => show(SHOWN), [text]);
  const rest = text.length - shown;
  const step = Math.min(rest, MORE);
  return (
    <div class="text-box">
      <section
        class="text-box-text"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
        tabIndex={0}
        aria-label={label}
        data-own-keys
      >
        {escapeControls(text.slice(0, wholeCharacters(text, shown)))}
        {rest > 0 && '…'}
      </section>
      {rest > 0 && (
        <div class="text-box-more">
          <span class="soft number">
            {shown.toLocaleString()} of {text.length.toLocaleString()} characters
          </span>
          <button type="button" onClick={() => show(shown + step)}>
            {step === rest ? 'Show all' : `Show ${step.toLocaleString()} more`}
          </button>
          <Copy text={text} />
        </div>
      )}
    </div>
  );
}

function Copy({ text }: { text: string }) {
  const [said, say] = useState('Copy');
  return (
    <button
      type="button"
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => say('Copied'),
          () => say('The browser refused'),
        );
      }}
    >
      {said}
    </button>
  );
}

/** Does not cut a surrogate pair in two. */
function wholeCharacters(text: string, length: number): number {
  const code = text.charCodeAt(length - 1);
  return length < text.length && code >= 0xd800 && code <= 0xdbff ? length - 1 : length;
}
