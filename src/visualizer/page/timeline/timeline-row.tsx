/** One event in the timeline: its revision, kind, who to whom, when, and one line of what it says. */
import { escapeControls } from '../../../projections/conversation/framing.ts';
import { momentText, sinceText } from '../shell/duration.ts';
import type { TeamView } from '../shell/team-view.ts';
import { eventLine, KIND_WORDS } from './event-line.ts';
import type { TimelineRows } from './timeline-rows.ts';

/** Hearers that are named; the others are counted. */
const HEARERS_NAMED = 2;

export function TimelineRow({
  view,
  rows,
  index,
  top,
  isCurrent,
}: {
  view: TeamView;
  rows: TimelineRows;
  index: number;
  top: number;
  isCurrent: boolean;
}) {
  const { story } = view;
  const revision = rows.revisions[index]!;
  const event = story.eventAt(revision);
  const { by, to, text } = eventLine(event);
  const type = escapeControls(event.type);
  const kind = story.kindAt(revision);
  const [letter, words] = KIND_WORDS[kind];
  const at = view.at.value;
  const before = story.events[rows.revisions[index - 1] ?? -1];
  const isTurnStart = before?.meta.turn !== event.meta.turn;
  const isSelected = view.selected.value === revision;
  const marks = [
    'timeline-row',
    `of-${kind}`,
    isCurrent && (at === revision ? 'here' : 'passed'),
    isSelected && 'selected',
    revision > at && 'later',
    isTurnStart && 'turn-start',
    event.type === 'round.started' && 'round-start',
  ];
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names its active row.
    <div
      id={`event-${revision}`}
      class={marks.filter(Boolean).join(' ')}
      role="option"
      aria-selected={isSelected}
      aria-current={at === revision ? 'step' : undefined}
      aria-setsize={rows.length}
      aria-posinset={index + 1}
      data-revision={revision}
      style={{ transform: `translateY(${top}px)` }}
      title={`${type}, ${momentText(event.meta.at)}. Click: go there. Alt+click: only look at it.`}
    >
      <span class="timeline-revision number">{revision}</span>
      <span class="timeline-kind" title={words}>
        {letter}
      </span>
      <span class="timeline-who">
        <b>{by || 'runtime'}</b>
        {to.length > 0 && <span class="timeline-to"> → {hearersText(to)}</span>}
      </span>
      <span class="timeline-when number">
        {isTurnStart && <span class="timeline-turn">turn {event.meta.turn}</span>}{' '}
        {sinceText(event.meta.at - story.eventAt(0).meta.at)}
      </span>
      <span class="timeline-text">
        <span class="timeline-type">{type}</span> {text}
        {revision > at && <span class="unseen">, not yet</span>}
      </span>
    </div>
  );
}

function hearersText(to: readonly string[]): string {
  const more = to.length - HEARERS_NAMED;
  return `${to.slice(0, HEARERS_NAMED).join(', ')}${more > 0 ? ` +${more}` : ''}`;
}
