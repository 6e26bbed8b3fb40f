/**
 * Who said what to whom, as a sequence diagram. Above it, in sentences, which message made which agent change its mind.
 * The diagram draws the rows in sight alone, so that ten thousand messages cost what thirty do.
 */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ChangesOfMindList } from './changes-of-mind-list.tsx';
import { type FlowRow, lastWhere, MessageFlow, mindLinesIn, windowOf } from './message-flow.ts';
import { type Columns, columnsOf, FlowLines, FlowRowView } from './message-row.tsx';
import './messages-panel.css';
import type { TeamView } from './team-view.ts';

/** Rows are drawn this far beyond what is in sight, in pixels. */
const BEYOND = 240;
/** Scrolling draws anew after this many pixels. */
const STEP = 120;

export function MessagesPanel({ view }: { view: TeamView }) {
  const [withGrants, showGrants] = useState(false);
  const flow = useMemo(() => new MessageFlow(view.story, withGrants), [view, withGrants]);
  // Read, so that what comes is drawn.
  view.version.value;
  flow.update();
  return (
    <div class="messages">
      <div class="messages-top">
        <ChangesOfMindList view={view} />
        <Legend withGrants={withGrants} showGrants={showGrants} />
      </div>
      {flow.lifelines.length === 0 ? (
        <p class="nothing">No message yet.</p>
      ) : (
        <Diagram view={view} flow={flow} />
      )}
    </div>
  );
}

function Legend(props: { withGrants: boolean; showGrants(shown: boolean): void }) {
  return (
    <div class="messages-legend soft">
      <label>
        <input
          type="checkbox"
          checked={props.withGrants}
          onChange={(event) => props.showGrants(event.currentTarget.checked)}
        />{' '}
        turns granted by the pattern
      </label>
      <span>
        <i class="messages-key heard" /> hears it
      </span>
      <span>
        <i class="messages-key read" /> is shown it with a later turn
      </span>
      <span>
        <i class="messages-key deaf" /> could not act on it
      </span>
    </div>
  );
}

function Diagram({ view, flow }: { view: TeamView; flow: MessageFlow }) {
  const box = useRef<HTMLDivElement>(null);
  const { top, width, height, look } = useSight(box);
  const at = view.at.value;
  const selected = view.selected.value;
  const actor = view.actor.value;
  const columns = columnsOf(flow.lifelines, width);
  useFollowing(view, flow, box, look);
  const inSight = windowOf(flow, top - BEYOND, height + 2 * BEYOND);
  const current = flow.rows[flow.rowOf(at)];
  const rows = flow.rows.slice(inSight.from, inSight.to);
  return (
    <div
      class="messages-diagram"
      ref={box}
      role="listbox"
      aria-label="Messages, oldest first"
      aria-activedescendant={`message-${selected}`}
      tabIndex={0}
      onScroll={look}
      onKeyDown={(event) => walk(event, view, flow)}
    >
      <Heads columns={columns} lifelines={flow.lifelines} chosen={actor} />
      <div class="messages-rows" style={{ height: flow.height + 24, width: columns.width }}>
        {flow.lifelines.map((name) => (
          <i key={name} class="messages-lifeline" style={{ left: columns.x(name) }} />
        ))}
        {rows.map((row) => (
          <FlowRowView
            key={`${row.kind}${row.revision}`}
            view={view}
            row={row}
            columns={columns}
            readers={flow.readersOf(row.revision).join('\n')}
            isLater={row.revision > at}
            isAside={actor !== null && !isAbout(row, actor, flow)}
            isSelected={row.revision === selected && row.kind === 'message'}
          />
        ))}
        <FlowLines lines={mindLinesIn(flow, inSight)} columns={columns} at={at} />
        <div class="messages-now" style={{ top: current ? current.y + current.height : 0 }}>
          <span>{at}</span>
        </div>
      </div>
    </div>
  );
}

function Heads(props: { columns: Columns; lifelines: readonly string[]; chosen: string | null }) {
  return (
    <div class="messages-heads" style={{ width: props.columns.width }}>
      {props.lifelines.map((name) => (
        <span
          key={name}
          class={name === props.chosen ? 'chosen' : ''}
          style={{ left: props.columns.x(name), maxWidth: props.columns.step - 6 }}
          title={name}
        >
          {name}
        </span>
      ))}
    </div>
  );
}

const isAbout = (row: FlowRow, actor: string, flow: MessageFlow): boolean =>
  row.kind === 'round' ||
  (row.kind === 'change'
    ? row.change.agent === actor
    : row.from === actor || row.to.includes(actor) || flow.readersOf(row.revision).includes(actor));

/** What part of the diagram is in sight. */
function useSight(box: { current: HTMLDivElement | null }) {
  const [sight, see] = useState({ top: 0, width: 700, height: 600 });
  const look = () => {
    const { scrollTop, clientWidth, clientHeight } = box.current!;
    const top = Math.floor(scrollTop / STEP) * STEP;
    see((before) =>
      before.top === top && before.width === clientWidth && before.height === clientHeight
        ? before
        : { top, width: clientWidth, height: clientHeight },
    );
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(box.current!);
    look();
    return () => observer.disconnect();
  }, []);
  return { ...sight, look };
}

/** Where one stands, or what one has selected, is brought into sight when that changes; nothing else scrolls. */
function useFollowing(
  view: TeamView,
  flow: MessageFlow,
  box: { current: HTMLDivElement | null },
  look: () => void,
): void {
  const [at, selected] = [view.at.value, view.selected.value];
  const before = useRef({ at: -2, selected: -2 });
  useLayoutEffect(() => {
    const wanted = before.current.at !== at ? at : selected;
    const isNew = before.current.at !== at || before.current.selected !== selected;
    before.current = { at, selected };
    const row = flow.rows[flow.rowOf(wanted)];
    if (!isNew || !row || !box.current) return;
    const { scrollTop, clientHeight } = box.current;
    const room = clientHeight - HEADS;
    const isInSight = row.y >= scrollTop && row.y + row.height <= scrollTop + room;
    if (isInSight) return;
    box.current.scrollTop = Math.max(0, row.y - room / 2);
    look();
  }, [at, selected, flow]);
}

/** Height of the names above the lifelines. */
const HEADS = 30;

function walk(event: KeyboardEvent, view: TeamView, flow: MessageFlow): void {
  const said = flow.rows.filter(({ kind }) => kind === 'message');
  const here = lastWhere(said, ({ revision }) => revision <= view.selected.value);
  const wanted: Readonly<Record<string, number>> = {
    ArrowDown: here + 1,
    ArrowUp: said[here]?.revision === view.selected.value ? here - 1 : here,
    PageDown: here + 10,
    PageUp: here - 10,
    Home: 0,
    End: said.length - 1,
  };
  const { key } = event;
  if (key === 'Enter') view.goTo(view.selected.value);
  else if (Object.hasOwn(wanted, key) && said.length > 0)
    view.select(said[Math.max(0, Math.min(said.length - 1, wanted[key]!))]!.revision);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
