/** What the keys do and what the letters of the timeline mean. */
import { useEffect, useRef } from 'preact/hooks';
import '../timeline/event-kind.css';
import { KIND_WORDS, KINDS } from '../timeline/event-line.ts';
import { helping, KEYS } from './keyboard.ts';

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
};

export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = helping.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = () => {
    helping.value = false;
  };
  return (
    <dialog ref={dialog} class="help-dialog" aria-label="Help" onClose={close}>
      <header>
        <h2>Keys</h2>
        <button type="button" onClick={close}>
          Close
        </button>
      </header>
      <dl class="help-dialog-keys">
        {KEYS.map(({ keys, title }) => (
          <div key={title}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{NAMES[key] ?? key}</kbd>
              ))}
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>leave a field, close this</dd>
        </div>
      </dl>
      <h2>Events</h2>
      <ul class="help-dialog-kinds">
        {KINDS.map((kind) => (
          <li key={kind} class={`of-${kind}`}>
            <span class="timeline-kind">{KIND_WORDS[kind][0]}</span> {KIND_WORDS[kind][1]}
          </li>
        ))}
      </ul>
      <p class="soft">
        ◆ above the scrubber: an agent changed its mind. Thin lines: rounds. What is dimmed in the
        timeline has not happened yet at the revision where you stand.
      </p>
    </dialog>
  );
}
