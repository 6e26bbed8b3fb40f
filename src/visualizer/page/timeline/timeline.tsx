/**
 * The timeline: every event in a line, those in sight only. It shows what has not happened yet at the revision where
 * one stands, too, but dimmed.
 *
 * Invariants
 * 1. Whoever has scrolled away stays there, whatever comes; only going somewhere moves the list.
 * 2. What is left out is counted, and one click shows it.
 */
import { effect, untracked } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TeamView } from '../shell/team-view.ts';
import { onOneLine } from './event-line.ts';
import './event-kind.css';
import './timeline.css';
import { TimelineFilterBar } from './timeline-filter.tsx';
import { TimelineRow } from './timeline-row.tsx';
import type { TimelineRows } from './timeline-rows.ts';
import { useVirtualRows } from './virtual-rows.ts';

/** More rows than are in sight on most screens. */
const SLOTS = 64;
/** Pixels; the style sheet says the same. */
const ROW_HEIGHT = 40;

/** Characters of a reply on its way: its end fits a line. */
const SPOKEN_END = 60;

export function Timeline({ view }: { view: TeamView }) {
  const rows = view.rows.value;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualRows(scroller, rows.length, ROW_HEIGHT);
  const place = usePlace(view, rows, scroller, virtual.scrollRect?.height ?? 0);
  const at = view.at.value;
  const current = rows.indexAt(at);
  const items = virtual.getVirtualItems();
  const slots = Math.max(SLOTS, items.length);
  const isDrawn = items.some(({ index }) => index === current);
  return (
    <div class="timeline">
      <TimelineFilterBar view={view} rows={rows} />
      <div class="timeline-frame">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys step through it; see keyboard.ts. */}
        <div
          class="timeline-list"
          ref={scroller}
          role="listbox"
          tabIndex={0}
          aria-label="Events"
          aria-activedescendant={isDrawn ? `event-${rows.revisions[current]}` : undefined}
          onScroll={place.onScroll}
          onClick={(click) => choose(view, click)}
        >
          <div class="timeline-rows" style={{ height: `${virtual.getTotalSize()}px` }}>
            {items.map(({ index, start }) => (
              <TimelineRow
                // Rows that leave the sight lend their elements to those that come.
                key={index % slots}
                view={view}
                index={index}
                rows={rows}
                top={start}
                isCurrent={index === current}
              />
            ))}
          </div>
          {rows.length === 0 && <Empty view={view} />}
        </div>
        {place.news > 0 && (
          <button type="button" class="timeline-news" onClick={() => view.goTo(view.story.head)}>
            ↓ {place.news} new {place.news === 1 ? 'event' : 'events'}
          </button>
        )}
      </div>
      <SpokenRows view={view} />
    </div>
  );
}

/** A click goes there; with Alt the event is looked at from where one stands. */
function choose(view: TeamView, click: MouseEvent): void {
  const { target } = click;
  const row = target instanceof Element && target.closest<HTMLElement>('[data-revision]');
  if (!row) return;
  const revision = Number(row.dataset['revision']);
  if (click.altKey) view.select(revision);
  else view.jumpTo(revision);
}

/** Keeps the list where the reader wants it, and counts what came below it. */
function usePlace(
  view: TeamView,
  rows: TimelineRows,
  scroller: RefObject<HTMLElement | null>,
  height: number,
) {
  const [seen, see] = useState(rows.length);
  const isAtEnd = useRef(true);
  const lastTop = useRef(0);
  const last = useRef(rows);
  /** Where one stands has yet to be shown: its row is not in the list so far, or the list has no room. */
  const isDue = useRef(false);
  const [following, loading] = [view.following.value, view.loading.value];

  const look = () => {
    const top = scroller.current?.scrollTop ?? 0;
    const bottom = top + height;
    // Only who scrolls up leaves the end; rows that came while the list went down do not.
    const isUp = top < lastTop.current;
    lastTop.current = top;
    const isEnd = last.current.length * ROW_HEIGHT - bottom < ROW_HEIGHT * 1.5;
    isAtEnd.current = isEnd || (isAtEnd.current && !isUp);
    const inSight = isAtEnd.current ? last.current.length : Math.floor(bottom / ROW_HEIGHT);
    see((before) => Math.max(before, inSight));
  };

  useLayoutEffect(() => {
    const isAnother = last.current.filter !== rows.filter;
    last.current = rows;
    const list = scroller.current;
    if (!list) return;
    if (isAnother || isDue.current) isDue.current = !reveal(list, rows.indexAt(view.at.peek()));
    else if (following && isAtEnd.current) list.scrollTop = rows.length * ROW_HEIGHT;
    if (isAnother || loading || isAtEnd.current) see(rows.length);
  }, [rows, following, loading, height, view, scroller]);

  useEffect(
    () =>
      // Before the rows are drawn, so that they are drawn once, where they are wanted.
      effect(() => {
        view.visits.value;
        const list = scroller.current;
        untracked(() => {
          const index = view.rows.peek().indexAt(view.at.peek());
          isDue.current = !list || !reveal(list, index);
        });
      }),
    [view, scroller],
  );

  return { onScroll: look, news: loading ? 0 : Math.max(0, rows.length - seen) };
}

/**
 * Brings a row into sight, in the middle when it was not; a row in sight stays where it is. False when it cannot yet:
 * what has just come is not drawn, and a list scrolls no further than it is long.
 */
function reveal(list: HTMLElement, index: number): boolean {
  const top = Math.max(0, index) * ROW_HEIGHT;
  const { scrollTop, scrollHeight, clientHeight } = list;
  if (clientHeight === 0 || top + ROW_HEIGHT > scrollHeight) return false;
  if (top >= scrollTop && top + ROW_HEIGHT <= scrollTop + clientHeight) return true;
  list.scrollTop = top - (clientHeight - ROW_HEIGHT) / 2;
  // The browser tells of it only in the next frame; whoever draws the rows shall know now.
  list.dispatchEvent(new Event('scroll'));
  return true;
}

function Empty({ view }: { view: TeamView }) {
  if (view.loading.value) return <p class="nothing">Reading the events…</p>;
  if (view.problem.value) return <p class="nothing problem">{view.problem.value}</p>;
  return <p class="nothing">No event fits. Clear the search, or show more kinds.</p>;
}

/** Replies on their way, one line an actor: its end, since that is what is being said. */
function SpokenRows({ view }: { view: TeamView }) {
  const spoken = [...view.spoken.value];
  if (spoken.length === 0) return null;
  return (
    <ul class="timeline-spoken" aria-label="Replies on their way">
      {spoken.map(([actor, text]) => (
        <li key={actor}>
          <span class="live-dot" aria-hidden="true" /> <b>{actor}</b>{' '}
          <span class="timeline-spoken-text">{onOneLine(`…${text.slice(-SPOKEN_END)}`)}</span>
        </li>
      ))}
    </ul>
  );
}
