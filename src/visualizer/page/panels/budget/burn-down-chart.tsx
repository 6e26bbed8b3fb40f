/** The burn-down as a drawing: what was settled, what was reserved on top of it, the limit, and where one stands. */

import { memo } from 'preact/compat';
import { useMemo, useRef, useState } from 'preact/hooks';
import { durationText } from '../../shell/duration.ts';
import { useSize } from '../../shell/mounted.ts';
import type { TeamView } from '../../shell/team-view.ts';
import type { Axis, BurnDown, Mark, Sample, Unit } from './burn-down.ts';

const HEIGHT = 220;
const PAD = { left: 64, right: 16, top: 18, bottom: 26 };
/** Marks that are drawn; those on the same pixels say the same. */
const MARKS_MAX = 300;

interface ChartProps {
  view: TeamView;
  burnDown: BurnDown;
  axis: Axis;
  unit: Unit;
}

export function BurnDownChart({ view, burnDown, axis, unit }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useSize(box, ({ clientWidth }) => setWidth(clientWidth));
  const at = view.at.value;
  const room = Math.max(100, width - PAD.left - PAD.right);
  const go = (event: MouseEvent) => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    const x = event.clientX - left - PAD.left;
    view.jumpTo(burnDown.revisionAt(axis, Math.max(0, Math.min(1, x / room))));
  };
  const x = PAD.left + burnDown.place(axis, at) * room;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the scrubber move the cursor, too.
    // biome-ignore lint/a11y/noStaticElementInteractions: as above; the numbers stand in words beside it.
    <div class="budget-chart" ref={box} onClick={go}>
      <Curves
        burnDown={burnDown}
        version={view.version.value}
        axis={axis}
        unit={unit}
        room={room}
      />
      <i
        class="budget-cursor"
        style={{ left: x, top: PAD.top, height: HEIGHT - PAD.top - PAD.bottom }}
      />
      <span class="budget-cursor-name" style={{ left: x }}>
        {at}
      </span>
    </div>
  );
}

interface CurvesProps {
  burnDown: BurnDown;
  /** Changes when there is more to draw. */
  version: number;
  axis: Axis;
  unit: Unit;
  room: number;
}

/** Scrubbing moves the cursor alone; this stays as it is drawn. */
const Curves = memo(({ burnDown, version, axis, unit, room }: CurvesProps) => {
  const samples = useMemo(
    () => burnDown.samples(axis, unit, Math.ceil(room)),
    [burnDown, version, axis, unit, room],
  );
  const most = burnDown.most(samples) || 1;
  const bottom = HEIGHT - PAD.bottom;
  const y = (value: number) => bottom - (value / (most * 1.06)) * (bottom - PAD.top);
  const steps = (of: (sample: Sample) => number) => stepsOf(samples, room, (one) => y(of(one)));
  const edge = PAD.left + room;
  const settled = steps(({ settled }) => settled);
  const held = steps(({ settled, reserved }) => settled + reserved);
  const isLimited = samples.some(({ limit }) => limit !== null);
  return (
    <svg
      width={PAD.left + room + PAD.right}
      height={HEIGHT}
      role="img"
      aria-label="Settled and reserved against the limit"
    >
      <path class="budget-reserved" d={`${held}V${bottom}H${PAD.left}Z`} />
      <path class="budget-settled" d={`${settled}V${bottom}H${PAD.left}Z`} />
      <path class="budget-settled-line" d={settled} />
      {isLimited && <path class="budget-limit" d={steps(({ limit }) => limit ?? most * 2)} />}
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line
            class="budget-grid"
            x1={PAD.left}
            x2={edge}
            y1={y(most * share)}
            y2={y(most * share)}
          />
          <text x={PAD.left - 6} y={y(most * share) + 4} text-anchor="end">
            {short(most * share, unit)}
          </text>
        </g>
      ))}
      {marksShown(burnDown.marks, burnDown, axis, room).map((mark) => (
        <Marked
          key={mark.revision}
          mark={mark}
          x={PAD.left + burnDown.place(axis, mark.revision) * room}
        />
      ))}
      <text x={PAD.left} y={HEIGHT - 8}>
        {axis === 'revision' ? 'revision 0' : 'start'}
      </text>
      <text x={edge} y={HEIGHT - 8} text-anchor="end">
        {endOf(burnDown, axis)}
      </text>
    </svg>
  );
});

const SIGNS: Readonly<Record<Mark['kind'], string>> = { refused: '✕', neared: '80', breached: '!' };

const Marked = ({ mark, x }: { mark: Mark; x: number }) => (
  <g class={`budget-mark ${mark.kind}`}>
    <title>{`${mark.revision}: ${mark.text}`}</title>
    <line x1={x} x2={x} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
    <text x={x} y={PAD.top - 5} text-anchor="middle">
      {SIGNS[mark.kind]}
    </text>
  </g>
);

function stepsOf(samples: readonly Sample[], room: number, y: (sample: Sample) => number): string {
  let path = '';
  for (const sample of samples) {
    const [left, top] = [PAD.left + sample.x * room, y(sample)].map((n) => Math.round(n * 10) / 10);
    path += path === '' ? `M${PAD.left} ${top}H${left}` : `H${left}V${top}`;
  }
  return path === '' ? `M${PAD.left} 0` : `${path}H${PAD.left + room}`;
}

/** One mark a pixel is enough. */
function marksShown(marks: readonly Mark[], burnDown: BurnDown, axis: Axis, room: number): Mark[] {
  const byPlace = new Map<string, Mark>();
  for (const mark of marks) {
    const place = Math.floor((burnDown.place(axis, mark.revision) * room) / 4);
    if (byPlace.size < MARKS_MAX) byPlace.set(`${mark.kind}${place}`, mark);
  }
  return [...byPlace.values()];
}

function endOf({ points }: BurnDown, axis: Axis): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return '';
  return axis === 'revision' ? 'the last revision' : `after ${durationText(last.at - first.at)}`;
}

/** As short as an axis has room for. */
const short = (value: number, unit: Unit): string =>
  unit === 'usd' || value < 100_000 ? amountText(value, unit) : COMPACT.format(value);
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const amountText = (value: number, unit: Unit): string =>
  unit === 'usd' ? `$${value.toFixed(value < 1 ? 4 : 2)}` : Math.round(value).toLocaleString('en');
