/**
 * Who said what to whom, as a sequence diagram. Above it, in sentences, which message made which agent change its mind.
 * The diagram draws the rows in sight alone, so that ten thousand messages cost what thirty do.
 */

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { lastWhere } from '../../shell/ascending.ts';
import { useSize } from '../../shell/mounted.ts';
import { shortLine } from '../../timeline/message-gist.ts';
import type { Panel } from '../panel.ts';
import { ChangesOfMindList } from './changes-of-mind-list.tsx';
import { type FlowRow, MessageFlow, mindLinesIn, windowOf } from './message-flow.ts';
import { type Columns, columnsOf, FlowLines, FlowRowView } from './message-row.tsx';
import './messages-panel.css';
import type { TeamView } from '../../shell/team-view.ts';

/** Rows are drawn this far beyond what is in sight, in pixels. */
const BEYOND = 160;
/** Scrolling draws anew after this many pixels. */
const STEP = 80;

export const messagesPanel: Panel = { name: 'messages', title: 'Messages', Shown: MessagesPanel };

function MessagesPanel({ view }: { view: TeamView }) {
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
  const { top, width, height, look } = useSight(view, flow, box);
  const at = view.at.value;
  const selected = view.selected.value;
  const actor = view.actor.value;
  const columns = columnsOf(flow.lifelines, width);
  const inSight = windowOf(flow, top - BEYOND, height + 2 * BEYOND);
  const current = flow.rows[flow.rowOf(at)];
  const rows = flow.rows.slice(inSight.from, inSight.to);
  return (
    <div
      class="messages-diagram"
      data-own-keys
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
          title={shortLine(name)}
        >
          {shortLine(name, 60)}
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

/**
 * What part of the diagram is in sight. Where one stands, or what one has selected, is brought into sight when that
 * changes: the rows there are drawn at once, and scrolled to as soon as they are; nothing else scrolls.
 */
function useSight(view: TeamView, flow: MessageFlow, box: { current: HTMLDivElement | null }) {
  const [size, measure] = useState({ width: 700, height: 600 });
  const [top, see] = useState(0);
  const scrolled = useRef(0);
  const stood = useRef({ at: -2, selected: -2 });
  const look = () => {
    scrolled.current = box.current?.scrollTop ?? 0;
    see(Math.floor(scrolled.current / STEP) * STEP);
  };
  useSize(box, ({ clientWidth, clientHeight }) =>
    measure({ width: clientWidth, height: clientHeight }),
  );
  const { at, selected } = { at: view.at.value, selected: view.selected.value };
  const isNew = stood.current.at !== at || stood.current.selected !== selected;
  const row = flow.rows[flow.rowOf(stood.current.at !== at ? at : selected)];
  const room = size.height - HEADS;
  const isInSight =
    !row || (row.y >= scrolled.current && row.y + row.height <= scrolled.current + room);
  const wanted = isNew && !isInSight ? Math.max(0, row.y - room / 2) : undefined;
  useLayoutEffect(() => {
    stood.current = { at, selected };
    if (wanted === undefined || !box.current) return;
    box.current.scrollTop = wanted;
    look();
  }, [at, selected, wanted]);
  return { ...size, top: wanted ?? top, look };
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
  if (key === 'Enter') view.jumpTo(view.selected.value);
  else {
    const index = Object.hasOwn(wanted, key) ? wanted[key] : undefined;
    const message = index === undefined ? undefined : (said[Math.max(0, index)] ?? said.at(-1));
    if (!message) return;
    view.select(message.revision);
  }
  event.preventDefault();
  event.stopPropagation();
}
