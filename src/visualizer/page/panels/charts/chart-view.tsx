/**
 * A machine's chart on the screen. The SVG is built once; a step in time only turns classes of the few parts that it
 * touches on and off.
 *
 * Invariants
 * 1. What stands in the SVG is a function of the drawing; which classes it bears, of the moment.
 * 2. A chart out of view is not touched; coming into view it catches up.
 */

import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import {
  CHART_TEXT,
  type ChartDrawing,
  type ChartEdge,
  type ChartNode,
} from '../../../shared/wire.ts';
import { useMounted } from '../../shell/mounted.ts';
import type { ChartMoment } from './chart-moment.ts';
import './chart-view.css';

const { title, note, padX, padY } = CHART_TEXT;
/** Of the point of an arrow. */
const HEAD = { length: 8, width: 4 };

interface Props {
  drawing: ChartDrawing;
  moment: ReadonlySignal<ChartMoment>;
  /** What a screen reader says of it. */
  label: string;
}

export function ChartView({ drawing, moment, label }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  useMounted(
    svg,
    (element) => {
      const painter = painterOf(element);
      const inView = signal(true);
      const watch = new IntersectionObserver((entries) => {
        inView.value = entries.at(-1)?.isIntersecting ?? true;
      });
      watch.observe(element);
      const stop = effect(() => {
        if (inView.value) painter(moment.value);
      });
      return () => {
        stop();
        watch.disconnect();
      };
    },
    [drawing, moment],
  );
  const parts = useMemo(() => <Parts drawing={drawing} />, [drawing]);
  const { width, height } = drawing;
  return (
    <svg ref={svg} class="chart-view" viewBox={`0 0 ${width} ${height}`} role="img">
      <title>{label}</title>
      {parts}
    </svg>
  );
}

const Parts = ({ drawing: { nodes, edges } }: { drawing: ChartDrawing }) => (
  <>
    {nodes.map((node) => (
      <Node key={node.id} node={node} />
    ))}
    {edges.map((edge) => (
      <Edge key={edge.id} edge={edge} />
    ))}
  </>
);

function Node({ node }: { node: ChartNode }) {
  const { id, kind, label, x, y, width, height, notes } = node;
  if (kind === 'start')
    return <circle class="start" cx={x + width / 2} cy={y + height / 2} r={width / 2} />;
  return (
    <g class={`node ${kind}`} data-part={id}>
      <rect x={x} y={y} width={width} height={height} rx={7} />
      {kind === 'final' && (
        <rect class="inner" x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={5} />
      )}
      <text class="name" x={x + padX} y={y + padY + title.size}>
        {label}
      </text>
      {notes.map((line, index) => (
        <text
          key={line.whole}
          class="note"
          x={x + padX}
          y={y + padY + title.line + note.line * index + note.size}
        >
          {line.label}
          {line.whole !== line.label && <title>{line.whole}</title>}
        </text>
      ))}
    </g>
  );
}

function Edge({ edge: { id, lines, points, labelAt } }: { edge: ChartEdge }) {
  return (
    <g class="edge" data-part={id}>
      <path class="way" d={points.map(({ x, y }, i) => `${i ? 'L' : 'M'}${x} ${y}`).join('')} />
      <path class="head" d={headOf(points)} />
      {labelAt && <rect class="ground" {...labelAt} rx={3} />}
      {labelAt &&
        lines.map((line, index) => (
          <text
            key={line.whole}
            class="label"
            data-line={index}
            x={labelAt.x + 3}
            y={labelAt.y + note.line * index + note.size}
          >
            {line.label}
            {line.whole !== line.label && <title>{line.whole}</title>}
          </text>
        ))}
    </g>
  );
}

function headOf(points: ChartEdge['points']): string {
  const [from, to] = points.slice(-2);
  if (!from || !to) return '';
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [bx, by] = [to.x - ux * HEAD.length, to.y - uy * HEAD.length];
  const side = (by_: number) => `${bx - uy * by_} ${by + ux * by_}`;
  return `M${to.x} ${to.y}L${side(HEAD.width)}L${side(-HEAD.width)}Z`;
}

/** Gives a moment's classes to the parts; whatever bore others before loses them. */
function painterOf(svg: SVGSVGElement): (moment: ChartMoment) => void {
  const parts = new Map<string, Element>();
  for (const part of svg.querySelectorAll('[data-part]'))
    parts.set(part.getAttribute('data-part') ?? '', part);
  let worn = new Map<Element, string[]>();
  return (moment) => {
    const wanted = classesOf(moment, parts);
    for (const [part, names] of worn)
      part.classList.remove(...names.filter((name) => !wanted.get(part)?.includes(name)));
    for (const [part, names] of wanted) part.classList.add(...names);
    worn = wanted;
  };
}

function classesOf({ active, before, taken, isNow }: ChartMoment, parts: Map<string, Element>) {
  const classes = new Map<Element, string[]>();
  const give = (part: Element | null | undefined, ...names: string[]) => {
    if (part) classes.set(part, [...(classes.get(part) ?? []), ...names]);
  };
  for (const id of before.leaves) if (!active.leaves.has(id)) give(parts.get(id), 'was-active');
  for (const id of active.ancestors) give(parts.get(id), 'is-around');
  for (const id of active.leaves) give(parts.get(id), 'is-active');
  const now = isNow ? ['is-now'] : [];
  for (const { edge, lines } of taken) {
    const part = parts.get(edge);
    give(part, 'is-taken', ...now);
    // Where guards decided between several, all of them are as likely: none is marked.
    if (lines.length === 1) give(part?.querySelector(`[data-line="${lines[0]}"]`), 'is-line');
  }
  return classes;
}
