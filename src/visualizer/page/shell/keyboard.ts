/**
 * The keys of the page of a team, in one table: what does it, and what the help tells.
 *
 * Invariant: whoever types in a field writes; only Escape leaves it. Keys with Ctrl, Alt or Meta are the browser's.
 */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { PANELS } from '../panels/panels.ts';
import type { JumpKind } from '../timeline/jumps.ts';
import { SEARCH_ID } from '../timeline/timeline-filter.tsx';
import type { TeamView } from './team-view.ts';

interface Key {
  /** As `KeyboardEvent.key` has them. */
  readonly keys: readonly string[];
  readonly title: string;
  readonly run: (view: TeamView) => void;
}

/** The help is open. */
export const helping = signal(false);

/** Forward, back. */
export const KEY_OF_JUMP: Readonly<Record<JumpKind, readonly [string, string]>> = {
  message: ['n', 'p'],
  round: ['r', 'R'],
  failure: ['f', 'F'],
  refusal: ['x', 'X'],
  mind: ['c', 'C'],
};

const jump = (kind: JumpKind, what: string): Key[] => [
  { keys: [KEY_OF_JUMP[kind][0]], title: `next ${what}`, run: (view) => view.jump(kind, 1) },
  { keys: [KEY_OF_JUMP[kind][1]], title: `previous ${what}`, run: (view) => view.jump(kind, -1) },
];

export const KEYS: readonly Key[] = [
  { keys: ['j', 'ArrowDown', 'ArrowRight'], title: 'next event', run: (view) => view.step(1) },
  { keys: ['k', 'ArrowUp', 'ArrowLeft'], title: 'previous event', run: (view) => view.step(-1) },
  { keys: ['J', 'PageDown'], title: 'end of the next turn', run: (view) => view.stepTurn(1) },
  { keys: ['K', 'PageUp'], title: 'end of the turn before', run: (view) => view.stepTurn(-1) },
  ...jump('message', 'message'),
  ...jump('round', 'round'),
  ...jump('failure', 'failure'),
  ...jump('refusal', 'refusal'),
  ...jump('mind', 'change of mind'),
  { keys: [' '], title: 'play, pause', run: (view) => view.playing.toggle() },
  { keys: ['Home'], title: 'first event', run: (view) => view.jumpTo(0) },
  {
    keys: ['End'],
    title: 'last event; follow what comes',
    run: (view) => view.jumpTo(view.story.head),
  },
  { keys: ['/'], title: 'search', run: () => document.getElementById(SEARCH_ID)?.focus() },
  ...PANELS.map(
    ({ name }, index): Key => ({
      keys: [String(index + 1)],
      title: `panel: ${name}`,
      run: (view) => {
        view.panel.value = name;
      },
    }),
  ),
  {
    keys: ['?'],
    title: 'this help',
    run: () => {
      helping.value = true;
    },
  },
];

const BY_KEY = new Map(KEYS.flatMap((key) => key.keys.map((name) => [name, key] as const)));

export function useKeyboard(view: TeamView): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(view, event);
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [view]);
}

function press(view: TeamView, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  const target = event.target as HTMLElement;
  if (isField(target)) {
    if (event.key === 'Escape') target.blur();
    return;
  }
  const key = BY_KEY.get(event.key);
  // An open dialog has the keyboard for itself.
  if (!key || isOwnKey(target, event.key) || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  key.run(view);
}

const isField = (target: HTMLElement): boolean =>
  target.isContentEditable ||
  ['TEXTAREA', 'SELECT'].includes(target.tagName) ||
  (target instanceof HTMLInputElement && target.type !== 'range');

/** What an element does by itself with a key: a button is pressed by space, a range moved by arrows, a box scrolled. */
function isOwnKey(target: HTMLElement, key: string): boolean {
  if (target instanceof HTMLInputElement) return key.length > 1;
  if (key === ' ') return target.closest('button, a, summary') !== null;
  if (key.length === 1) return false;
  return target.closest('[role="tablist"], [data-own-keys]') !== null;
}
