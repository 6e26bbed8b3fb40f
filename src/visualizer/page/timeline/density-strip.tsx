/** The strip above the scrubber: kinds of events over the whole story, rounds as ticks, changes of mind as diamonds. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { useSize } from '../shell/mounted.ts';
import type { TeamStory } from '../shell/story.ts';
import type { TeamView } from '../shell/team-view.ts';
import { theme } from '../shell/theme.ts';
import { EventDensity } from './event-density.ts';
import { KINDS } from './event-line.ts';

const HEIGHT = 26;
const TICK = 7;
/** What is rare and matters is seen however many events share its pixel. */
const SEEN_AT_LEAST: ReadonlySet<string> = new Set(['failure', 'refusal', 'person']);
const LEAST_PIXELS = 3;

/** `inset`: half the scrubber's thumb, so that both have the same scale. */
export function DensityStrip({ view, inset }: { view: TeamView; inset: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [density] = useState(() => new EventDensity());
  const [width, measure] = useState(0);
  const head = view.head.value;
  const shade = theme.value;

  useSize(canvas, ({ clientWidth }) => measure(clientWidth));

  // Drawn anew for other colours and for what has come.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      density.catchUp(view.story);
      if (canvas.current && width > 0) draw(canvas.current, view.story, density, width, inset);
    });
    return () => cancelAnimationFrame(frame);
  }, [head, width, shade, density, view, inset]);

  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus.
  return <canvas ref={canvas} class="scrubber-strip" aria-hidden="true" />;
}

function draw(
  canvas: HTMLCanvasElement,
  story: TeamStory,
  density: EventDensity,
  width: number,
  inset: number,
): void {
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = HEIGHT * scale;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.scale(scale, scale);
  const colours = coloursOf(canvas);
  const xOf = (revision: number) =>
    inset + (revision / Math.max(1, story.head)) * (width - 2 * inset);
  drawBins(pen, density, colours, xOf);
  drawRounds(pen, story, colours.get('round') ?? '', xOf);
  drawMinds(pen, story, colours.get('mind') ?? '', xOf);
}

function drawBins(
  pen: CanvasRenderingContext2D,
  { bins, span }: EventDensity,
  colours: ReadonlyMap<string, string>,
  xOf: (revision: number) => number,
): void {
  for (const [index, bin] of bins.entries()) {
    // A revision stands in the middle of its share.
    const left = xOf(index * span - 0.5);
    const wide = Math.max(1, xOf((index + 1) * span - 0.5) - left - (span === 1 ? 0.5 : 0));
    let bottom = HEIGHT;
    for (const [place, kind] of KINDS.entries()) {
      const count = bin[place] ?? 0;
      if (count === 0) continue;
      // What the runtime says for itself is drawn low: it is there, and seldom looked for.
      const share = (count / span) * (kind === 'runtime' ? 4 : HEIGHT - 8);
      const high = SEEN_AT_LEAST.has(kind) ? Math.max(LEAST_PIXELS, share) : share;
      bottom -= high;
      pen.fillStyle = colours.get(kind) ?? '';
      pen.fillRect(left, bottom, wide, high);
    }
  }
}

function drawRounds(
  pen: CanvasRenderingContext2D,
  story: TeamStory,
  colour: string,
  xOf: (revision: number) => number,
): void {
  pen.fillStyle = colour;
  let last = Number.NEGATIVE_INFINITY;
  for (const revision of story.rounds) {
    const x = Math.round(xOf(revision));
    // Where rounds are denser than pixels a tick stands for several.
    if (x - last < 3) continue;
    last = x;
    pen.fillRect(x, 0, 1, TICK);
  }
}

function drawMinds(
  pen: CanvasRenderingContext2D,
  story: TeamStory,
  colour: string,
  xOf: (revision: number) => number,
): void {
  pen.fillStyle = colour;
  let last = Number.NEGATIVE_INFINITY;
  for (const { revision } of story.changesOfMind()) {
    const x = xOf(revision);
    if (x - last < 3) continue;
    last = x;
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x + 4, 4.5);
    pen.lineTo(x, 9);
    pen.lineTo(x - 4, 4.5);
    pen.fill();
  }
}

/** The style sheet's colours as they are now: a canvas knows no custom properties. */
function coloursOf(canvas: HTMLCanvasElement): ReadonlyMap<string, string> {
  const read = (token: string) => {
    canvas.style.color = `var(${token})`;
    return getComputedStyle(canvas).color;
  };
  const colours = new Map(KINDS.map((kind) => [kind as string, read(`--kind-${kind}`)]));
  return colours.set('mind', read('--kind-person'));
}
