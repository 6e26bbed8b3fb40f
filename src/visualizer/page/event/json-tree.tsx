/**
 * JSON to unfold. Only what is unfolded is in the document, and of a long list only so much as was asked for.
 */
import { useState } from 'preact/hooks';
import type { Json } from '../../../events/event.ts';
import { escapeControls } from '../../../projections/conversation/framing.ts';
import './json-tree.css';
import { TextBox } from '../shell/text-box.tsx';

/** Entries of a list or an object that are shown at first, and that each further click adds. */
const ENTRIES = 50;
/** A longer text has a box of its own. */
const TEXT_INLINE = 160;
const KEY_MAX = 120;

export function JsonTree({ value, open = false }: { value: Json; open?: boolean }) {
  if (typeof value !== 'object' || value === null) return <Leaf value={value} />;
  return <Branch value={value} open={open} />;
}

function Branch({ value, open }: { value: Json[] | { [key: string]: Json }; open: boolean }) {
  const [shown, show] = useState(ENTRIES);
  const keys = Object.keys(value);
  const rest = keys.length - shown;
  const list = (
    <ul class="json-tree-entries">
      {keys.slice(0, shown).map((key) => (
        <Entry key={key} name={key} value={(value as { [key: string]: Json })[key]!} />
      ))}
      {rest > 0 && (
        <li>
          <button type="button" onClick={() => show(shown + ENTRIES * 4)}>
            {Math.min(rest, ENTRIES * 4).toLocaleString()} more of {keys.length.toLocaleString()}
          </button>
        </li>
      )}
    </ul>
  );
  return open ? list : null;
}

function Entry({ name, value }: { name: string; value: Json }) {
  const [isOpen, open] = useState(false);
  const label = escapeControls(name.slice(0, KEY_MAX));
  const isBranch = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  const isLong = typeof value === 'string' && value.length > TEXT_INLINE;
  if (!isBranch && !isLong)
    return (
      <li>
        <span class="json-tree-key">{label}</span> <Leaf value={value} />
      </li>
    );
  return (
    <li>
      <button
        type="button"
        class="json-tree-fold"
        aria-expanded={isOpen}
        onClick={() => open(!isOpen)}
      >
        <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>{' '}
        <span class="json-tree-key">{label}</span> <span class="soft">{sizeOf(value)}</span>
      </button>
      {isOpen &&
        (typeof value === 'string' ? (
          <TextBox text={value} label={label} />
        ) : (
          <JsonTree value={value} open />
        ))}
    </li>
  );
}

function Leaf({ value }: { value: Json }) {
  if (Array.isArray(value)) return <span class="soft">[]</span>;
  if (typeof value === 'object' && value !== null) return <span class="soft">{'{}'}</span>;
  if (typeof value === 'string') return <span class="json-tree-text">{escapeControls(value)}</span>;
  return <span class="json-tree-plain">{String(value)}</span>;
}

function sizeOf(value: Json): string {
  if (typeof value === 'string')
    return `“${escapeControls(value.slice(0, 40).replace(/\s+/g, ' '))}…” ${value.length.toLocaleString()} characters`;
  if (Array.isArray(value))
    return value.length === 1 ? '1 entry' : `${value.length.toLocaleString()} entries`;
  return Object.keys(value as object)
    .slice(0, 5)
    .map((key) => escapeControls(key.slice(0, 24)))
    .join(', ');
}
