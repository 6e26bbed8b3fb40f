/**
 * A frame in which a chart is fitted, enlarged and moved about: by buttons, by the wheel with Ctrl, by dragging, and by
 * + - 0 and the arrow keys while it has the focus.
 */

import { effect, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChartDrawing, ChartNode } from '../../../shared/wire.ts';
import { useMounted, useSize } from '../../shell/mounted.ts';
import type { ChartMoment } from './chart-moment.ts';
import './chart-frame.css';

/** One is the size at which the chart's letters have their own. */
const SCALE = { least: 0.2, most: 3, step: 1.25 };
/** A chart that would have to become smaller than this is fitted to the width alone, and scrolls. */
const READABLE = 0.7;
const KEYS: Readonly<Record<string, number>> = {
  '+': SCALE.step,
  '=': SCALE.step,
  '-': 1 / SCALE.step,
};

interface Props {
  drawing: ChartDrawing;
  moment: ReadonlySignal<ChartMoment>;
  /** One of many: it is seen whole, and is not enlarged. */
  isSmall: boolean;
  children: ComponentChildren;
}

export function ChartFrame({ drawing, moment, isSmall, children }: Props) {
  const frame = useRef<HTMLElement>(null);
  /** Zero: as it fits. */
  const [chosen, choose] = useState(0);
  const fit = useFit(frame, drawing, isSmall);
  const scale = chosen || fit;
  const zoom = (by: number) =>
    choose(by === 0 ? 0 : Math.max(SCALE.least, Math.min(SCALE.most, scale * by)));
  useWheel(frame, zoom);
  useFollowing(frame, drawing, moment, isSmall ? 0 : scale);
  const size = isSmall
    ? { width: '100%', height: '100%' }
    : { width: `${drawing.width * scale}px`, height: `${drawing.height * scale}px` };
  return (
    <div class={isSmall ? 'chart-frame small' : 'chart-frame'}>
      <div class="chart-frame-buttons" hidden={isSmall}>
        <span class="soft number">{Math.round(scale * 100)} %</span>
        <button type="button" aria-label="Smaller" onClick={() => zoom(1 / SCALE.step)}>
          −
        </button>
        <button type="button" aria-label="Larger" onClick={() => zoom(SCALE.step)}>
          +
        </button>
        <button type="button" aria-pressed={chosen === 0} onClick={() => zoom(0)}>
          Fit
        </button>
      </div>
      <section
        ref={frame}
        class="chart-frame-inside"
        tabIndex={isSmall ? -1 : 0}
        aria-label={`Chart of ${drawing.machine}; plus, minus and zero change its size`}
        onKeyDown={(event) => {
          const by = event.key === '0' ? 0 : KEYS[event.key];
          const moves = event.key.startsWith('Arrow');
          if (event.ctrlKey || event.metaKey || event.altKey || (by === undefined && !moves))
            return;
          // Moves the chart, and not the team.
          event.stopPropagation();
          if (by === undefined) return;
          event.preventDefault();
          zoom(by);
        }}
        onPointerDown={drag}
      >
        <div class="chart-frame-sheet" style={size}>
          {children}
        </div>
      </section>
    </div>
  );
}

/** The scale at which the whole is seen, as long as it can be read. */
function useFit(
  frame: { current: HTMLElement | null },
  { width, height }: Props['drawing'],
  isSmall: boolean,
) {
  const [fit, fitTo] = useState(1);
  // It is told at once what is watched now, after the layout and before it is painted: asked before, the browser would
  // lay everything out once more for every chart that becomes large.
  useSize(
    frame,
    ({ clientWidth, clientHeight }) => {
      // A small one is fitted by the style sheet.
      if (isSmall) return;
      const wide = Math.min(1, clientWidth / width);
      const whole = Math.min(wide, clientHeight / height);
      fitTo(Math.max(SCALE.least, whole >= READABLE ? whole : Math.min(wide, READABLE)));
    },
    [width, height, isSmall],
  );
  return fit;
}

/** Where the actor stands is brought into view when it moves; whoever looks elsewhere meanwhile is left there. */
function useFollowing(
  frame: { current: HTMLElement | null },
  { nodes }: ChartDrawing,
  moment: ReadonlySignal<ChartMoment>,
  scale: number,
) {
  useLayoutEffect(() => {
    if (scale === 0) return;
    return effect(() => {
      const { active } = moment.value;
      const node = nodes.find(({ id }) => active.leaves.has(id));
      if (!node) return;
      const request = requestAnimationFrame(() => bringIntoView(frame.current, node, scale));
      return () => cancelAnimationFrame(request);
    });
  }, [nodes, moment, scale]);
}

function bringIntoView(frame: HTMLElement | null, node: ChartNode, scale: number) {
  if (!frame) return;
  const { scrollTop, scrollLeft, clientWidth, clientHeight, scrollWidth, scrollHeight } = frame;
  const [x, y] = [(node.x + node.width / 2) * scale, (node.y + node.height / 2) * scale];
  if (scrollHeight > clientHeight && (y < scrollTop || y > scrollTop + clientHeight))
    frame.scrollTop = y - clientHeight / 2;
  if (scrollWidth > clientWidth && (x < scrollLeft || x > scrollLeft + clientWidth))
    frame.scrollLeft = x - clientWidth / 2;
}

/** Preact would listen passively, and then the browser enlarged the page. */
function useWheel(frame: { current: HTMLElement | null }, zoom: (by: number) => void) {
  const latest = useRef(zoom);
  latest.current = zoom;
  useMounted(
    frame,
    (element) => {
      const onWheel = (event: WheelEvent) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        latest.current(Math.exp(-event.deltaY / 400));
      };
      element.addEventListener('wheel', onWheel, { passive: false });
      return () => element.removeEventListener('wheel', onWheel);
    },
    [],
  );
}

function drag(event: PointerEvent) {
  if (event.button !== 0 || event.pointerType === 'touch') return;
  const element = event.currentTarget;
  if (!(element instanceof HTMLElement)) return;
  const { scrollLeft, scrollTop } = element;
  const { clientX, clientY, pointerId } = event;
  element.setPointerCapture(pointerId);
  const move = (moved: PointerEvent) => {
    element.scrollLeft = scrollLeft - (moved.clientX - clientX);
    element.scrollTop = scrollTop - (moved.clientY - clientY);
  };
  const stop = () => {
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', stop);
    element.removeEventListener('pointercancel', stop);
  };
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', stop);
  element.addEventListener('pointercancel', stop);
}
