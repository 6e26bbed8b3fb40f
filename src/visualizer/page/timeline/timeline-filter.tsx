/** What the timeline shows: a search, one actor or all, and which kinds; what is left out is counted here. */
import { countText } from '../shell/count-text.ts';
import type { TeamView } from '../shell/team-view.ts';
import type { EventKind } from './event-kind.ts';
import { KIND_WORDS, KINDS } from './event-line.ts';
import type { TimelineRows } from './timeline-rows.ts';

/** Where the key `/` leads. */
export const SEARCH_ID = 'timeline-search';

export function TimelineFilterBar({ view, rows }: { view: TeamView; rows: TimelineRows }) {
  return (
    <div class="timeline-filter">
      <div class="timeline-filter-row">
        <input
          id={SEARCH_ID}
          type="search"
          placeholder="Search  /"
          aria-label="Search events by type, actor and text"
          title="Every word must stand in an event’s type, actors or text. Searches the shown beginning of long texts."
          value={view.query.value}
          onInput={(input) => {
            view.query.value = input.currentTarget.value;
          }}
        />
        <ActorChoice view={view} />
      </div>
      <fieldset class="timeline-kinds" aria-label="Kinds of events that are shown">
        {KINDS.map((kind) => (
          <KindToggle key={kind} view={view} kind={kind} count={rows.counts[kind] ?? 0} />
        ))}
      </fieldset>
      <LeftOut view={view} rows={rows} />
    </div>
  );
}

function ActorChoice({ view }: { view: TeamView }) {
  view.version.value;
  const { actors } = view.story.cast;
  return (
    <select
      aria-label="Only what this actor said, heard or did"
      title="Only what this actor said, heard or did"
      value={view.actor.value ?? ''}
      onChange={(change) => {
        view.actor.value = change.currentTarget.value || null;
      }}
    >
      <option value="">all actors</option>
      {actors.map((actor) => (
        <option key={actor} value={actor}>
          {actor}
        </option>
      ))}
    </select>
  );
}

function KindToggle({ view, kind, count }: { view: TeamView; kind: EventKind; count: number }) {
  const [letter, words] = KIND_WORDS[kind];
  const isShown = !view.hiddenKinds.value.has(kind);
  const counted = `${words}: ${countText(count)}`;
  return (
    <button
      type="button"
      class={`timeline-kind-toggle of-${kind}`}
      aria-pressed={isShown}
      aria-label={counted}
      title={`${counted}, ${isShown ? 'shown: click to hide' : 'hidden: click to show'}. Alt+click: only these.`}
      onClick={(click) => {
        view.hiddenKinds.value = click.altKey
          ? new Set(KINDS.filter((one) => one !== kind))
          : toggled(view.hiddenKinds.value, kind);
      }}
    >
      {letter}
    </button>
  );
}

function toggled(kinds: ReadonlySet<EventKind>, kind: EventKind): ReadonlySet<EventKind> {
  const changed = new Set(kinds);
  if (!changed.delete(kind)) changed.add(kind);
  return changed;
}

function LeftOut({ view, rows }: { view: TeamView; rows: TimelineRows }) {
  const hidden = view.hiddenKinds.value;
  const onlyRuntime = hidden.size === 1 && hidden.has('runtime');
  const selected = view.selected.value;
  return (
    <div class="timeline-left-out soft" role="status">
      <span class="number">
        {countText(rows.length)} of {countText(rows.seen)}
      </span>
      {rows.hiddenByKind > 0 && (
        <button
          type="button"
          title="Events of kinds that are hidden: show all"
          onClick={() => {
            view.hiddenKinds.value = new Set();
          }}
        >
          {onlyRuntime
            ? `show the runtime’s ${countText(rows.hiddenByKind)}`
            : `show ${countText(rows.hiddenByKind)} hidden`}
        </button>
      )}
      {hidden.size === 0 && (
        <button
          type="button"
          title="Admissions, starts and timers that the runtime records for itself"
          onClick={() => {
            view.hiddenKinds.value = new Set<EventKind>(['runtime']);
          }}
        >
          hide the runtime’s own
        </button>
      )}
      {rows.leftOut > 0 && (
        <button
          type="button"
          onClick={() => {
            view.actor.value = null;
            view.query.value = '';
          }}
        >
          clear search and actor
        </button>
      )}
      {selected >= 0 && rows.seen > 0 && !rows.has(selected) && (
        <span title="The event on the right is not among those shown here">#{selected} hidden</span>
      )}
    </div>
  );
}
