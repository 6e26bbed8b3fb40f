/** Jumps to the next or last message, round, failure, refusal or change of mind; of one actor, when wanted. */
import { countText } from '../shell/count-text.ts';
import { KEY_OF_JUMP } from '../shell/keyboard.ts';
import type { TeamView } from '../shell/team-view.ts';
import { eventLine } from './event-line.ts';
import { JUMP_WORDS, type JumpKind } from './jumps.ts';

const KINDS = Object.keys(JUMP_WORDS) as JumpKind[];

export function JumpBar({ view }: { view: TeamView }) {
  view.version.value;
  return (
    <div class="jump-bar" role="toolbar" aria-label="Jump to">
      {KINDS.map((kind) => (
        <Jump key={kind} view={view} kind={kind} />
      ))}
      <OnlyThis view={view} />
    </div>
  );
}

function Jump({ view, kind }: { view: TeamView; kind: JumpKind }) {
  const [at, actor] = [view.at.value, view.actor.value];
  const { jumps } = view;
  const count = jumps.count(kind, actor);
  const [one, many] = JUMP_WORDS[kind];
  const [key, backKey] = KEY_OF_JUMP[kind];
  const of = actor === null || kind === 'round' ? '' : ` of ${actor}`;
  const next = jumps.next(kind, at, actor);
  const previous = jumps.previous(kind, at, actor);
  const title = (to: number | undefined, way: string, pressed: string) =>
    to === undefined
      ? `No ${way === 'Next' ? 'later' : 'earlier'} ${one}${of}`
      : `${way} ${one}${of}: revision ${to} (${pressed})`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a toolbar.
    <span class="jump" role="group" aria-label={many}>
      <button
        type="button"
        disabled={previous === undefined}
        title={title(previous, 'Previous', backKey)}
        aria-label={title(previous, 'Previous', backKey)}
        onClick={() => view.jumpTo(previous)}
      >
        ‹
      </button>
      <button
        type="button"
        disabled={next === undefined}
        title={title(next, 'Next', key)}
        onClick={() => view.jumpTo(next)}
      >
        {count === 1 ? one : many} <span class="jump-count number">{countText(count)}</span> ›
      </button>
    </span>
  );
}

/** Jumps, and the timeline, keep to one actor: to the one of the event that is looked at. */
function OnlyThis({ view }: { view: TeamView }) {
  const event = view.story.events[view.selected.value];
  const actor = view.actor.value ?? (event ? eventLine(event).by : '');
  const isOn = view.actor.value !== null;
  return (
    <button
      type="button"
      class="jump-only"
      aria-pressed={isOn}
      disabled={actor === ''}
      title={
        actor === ''
          ? 'The runtime said this: select an event of an actor first'
          : `Timeline and jumps keep to what ${actor} said, heard and did`
      }
      onClick={() => {
        view.actor.value = isOn ? null : actor;
      }}
    >
      only {actor || 'this actor'}
    </button>
  );
}
