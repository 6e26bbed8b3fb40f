/** One row of the sequence diagram: a band for a round, an arrow for a message, a note for a change of mind. */
import { memo } from 'preact/compat';
import type { RecordedEvent } from '../../../../events/event.ts';
import type { TeamView } from '../../shell/team-view.ts';
import { messageGist, shortLine, typeInWords } from '../../timeline/message-gist.ts';
import type { FlowRow, MindLine } from './message-flow.ts';

export interface Columns {
  width: number;
  /** Between two lifelines. */
  step: number;
  x(actor: string): number;
}

/** Room for revisions, left of the lifelines. */
const GUTTER = 52;
const COLUMN_MIN = 96;
/** Least room for a label. */
const LABEL_MIN = 300;
/** Height of an arrow within its row. */
const ARROW_Y = 35;

export function columnsOf(lifelines: readonly string[], room: number): Columns {
  const step = Math.max(COLUMN_MIN, (room - GUTTER - 16) / Math.max(1, lifelines.length));
  const places = new Map(lifelines.map((name, i) => [name, Math.round(GUTTER + (i + 0.5) * step)]));
  return {
    step,
    width: Math.max(room, Math.round(GUTTER + lifelines.length * step)),
    x: (actor) => places.get(actor) ?? GUTTER,
  };
}

interface RowProps {
  view: TeamView;
  row: FlowRow;
  columns: Columns;
  /** Names, a line each, so that equal ones are equal. */
  readers: string;
  isLater: boolean;
  isAside: boolean;
  isSelected: boolean;
}

/** Scrubbing changes few rows: all others are left as they are drawn. */
export const FlowRowView = memo(RowView, (before, after) => {
  const { columns: a, ...rest } = before;
  const { columns: b, ...others } = after;
  const isSame = (Object.keys(rest) as (keyof typeof rest)[]).every((k) => rest[k] === others[k]);
  return isSame && a.width === b.width && a.step === b.step;
});

function RowView(props: RowProps) {
  const { view, row, isLater, isAside, isSelected } = props;
  const shade = `${isLater ? ' later' : ''}${isAside ? ' aside' : ''}`;
  const place = { top: row.y, height: row.height, width: props.columns.width };
  if (row.kind === 'round')
    return (
      <div class={`messages-round${shade}`} style={place} role="presentation">
        <span>{shortLine(row.round)}</span>
      </div>
    );
  const { revision } = row;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the list, which names its active row.
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the list.
    <div
      class={`messages-row ${row.kind}${shade}${isSelected ? ' selected' : ''}`}
      style={place}
      role="option"
      id={row.kind === 'message' ? `message-${revision}` : undefined}
      aria-selected={isSelected}
      onClick={() => view.select(revision)}
      onDblClick={() => view.jumpTo(revision)}
    >
      {row.kind === 'message' ? (
        <Said {...props} row={row} />
      ) : (
        <Note row={row} view={view} columns={props.columns} />
      )}
    </div>
  );
}

function Said({ view, row, columns, readers }: RowProps & { row: FlowRow & { kind: 'message' } }) {
  const event = view.story.eventAt(row.revision);
  const gone = event.meta.undeliverable ?? [];
  const read = readers === '' ? [] : readers.split('\n');
  const ends = [row.from, ...row.to, ...read].map(columns.x);
  const left = Math.max(GUTTER, Math.min(Math.min(...ends) + 8, columns.width - LABEL_MIN));
  const place = { left, maxWidth: columns.width - left - 8 };
  const kind = view.story.kindAt(row.revision);
  const gist = messageGist(event);
  return (
    <>
      <span class="messages-revision number">{row.revision}</span>
      <span class="messages-label" style={place} title={gist}>
        <span class="messages-from">{shortLine(row.from, 40)}</span>{' '}
        <b class={`kind-${kind}`}>{typeInWords(row.message.type)}</b>
        {gone.length > 0 && <em class="problem"> not delivered to {shortLine(gone.join(', '))}</em>}{' '}
        {gist}
      </span>
      <Arrow event={event} row={row} columns={columns} readers={read} kind={kind} />
      <span class="unseen">
        {shortLine(` from ${row.from} to ${row.to.join(', ')}`)}
        {read.length > 0 && `, shown later to ${shortLine(read.join(', '))}`}
      </span>
    </>
  );
}

function Arrow(props: {
  event: RecordedEvent;
  row: FlowRow & { kind: 'message' };
  columns: Columns;
  readers: readonly string[];
  kind: string;
}) {
  const { row, columns, readers, event } = props;
  const from = columns.x(row.from);
  const ends = [from, ...row.to.map(columns.x)];
  const all = [...ends, ...readers.map(columns.x)];
  const [left, right] = [Math.min(...ends), Math.max(...ends)];
  const deaf = event.meta.deaf ?? [];
  const gone = event.meta.undeliverable ?? [];
  return (
    <svg class={`messages-arrow kind-${props.kind}`} aria-hidden="true">
      <line x1={left} x2={right} y1={ARROW_Y} y2={ARROW_Y} />
      <line class="shown" x1={Math.min(...all)} x2={left} y1={ARROW_Y} y2={ARROW_Y} />
      <line class="shown" x1={right} x2={Math.max(...all)} y1={ARROW_Y} y2={ARROW_Y} />
      <circle cx={from} cy={ARROW_Y} r="3.5" />
      {readers.map((name) => (
        <path key={name} class="diamond" d={diamond(columns.x(name))} />
      ))}
      {row.to.map((name) => {
        const x = columns.x(name);
        const isLost = deaf.includes(name) || gone.includes(name);
        return (
          <path key={name} class={isLost ? 'lost' : ''} d={isLost ? cross(x) : head(x, from)} />
        );
      })}
    </svg>
  );
}

const head = (x: number, from: number): string => {
  const back = x >= from ? x - 8 : x + 8;
  return `M${x} ${ARROW_Y}L${back} ${ARROW_Y - 4.5}V${ARROW_Y + 4.5}Z`;
};
const cross = (x: number): string => `M${x - 4} ${ARROW_Y - 4}l8 8m0 -8l-8 8`;
const diamond = (x: number): string => `M${x - 5} ${ARROW_Y}l5 -5l5 5l-5 5Z`;

/** Beside the agent's lifeline, on the side that has more room. */
function Note(props: { row: FlowRow & { kind: 'change' }; view: TeamView; columns: Columns }) {
  const { change } = props.row;
  const { events } = props.view.story;
  const { width } = props.columns;
  const x = props.columns.x(change.agent);
  const place =
    x < width / 2
      ? { left: x + 12, maxWidth: width - x - 20 }
      : { right: width - x + 12, maxWidth: x - 20 };
  const reason = events[change.over[0] ?? -1];
  return (
    <span class="messages-note" style={place}>
      <b>{shortLine(change.agent, 60)} changed its mind</b>
      {reason &&
        ` over ${typeInWords(reason.type)} of ${shortLine(reason.meta.actor ?? 'outside', 40)} (${reason.revision})`}
      : {typeInWords(events[change.before]!.type)} → {typeInWords(events[change.revision]!.type)}
    </span>
  );
}

/** From what an agent was shown to where it judged otherwise, along its lifeline. */
export function FlowLines(props: { lines: readonly MindLine[]; columns: Columns; at: number }) {
  return (
    <>
      {props.lines.map(({ change, over, note }) => (
        <i
          key={change.revision}
          class={`messages-mind${change.revision > props.at ? ' later' : ''}`}
          style={{
            left: props.columns.x(change.agent) - 2,
            top: over.y + ARROW_Y,
            height: note.y + note.height / 2 - over.y - ARROW_Y,
          }}
        />
      ))}
    </>
  );
}
