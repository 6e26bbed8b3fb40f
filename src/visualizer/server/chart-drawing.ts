/**
 * A machine's chart as it is drawn: taken from the shelf when it was laid out with the package, else laid out in a
 * thread of its own. The layout engine is large: it is begun when the first chart needs it, and a machine is laid out once.
 */
import type { AnyStateMachine } from 'xstate';
import type { ChartDrawing } from '../shared/wire.ts';
import { ThreadEngine, TooDense } from './chart-engine.ts';
import { layOut } from './chart-layout.ts';
import { type ChartOutline, outlineOf } from './chart-outline.ts';
import { type ChartShelf, readShelf, shelfKey } from './chart-shelf.ts';

const drawn = new WeakMap<AnyStateMachine, Promise<ChartDrawing>>();
const engine = new ThreadEngine();
let shelf: ChartShelf | undefined;

/** The chart of a machine; the same machine gives the same drawing, whatever its name. */
export async function drawingOf(name: string, machine: AnyStateMachine): Promise<ChartDrawing> {
  let drawing = drawn.get(machine);
  if (!drawing) {
    drawing = drawingFor(name, outlineOf(machine));
    drawn.set(machine, drawing);
    // What failed is tried again by whoever asks next, but not what is known to take too long.
    drawing.catch((error) => {
      if (!(error instanceof TooDense)) drawn.delete(machine);
    });
  }
  return { ...(await drawing), machine: name };
}

async function drawingFor(machine: string, outline: ChartOutline): Promise<ChartDrawing> {
  shelf ??= readShelf();
  const key = shelfKey(outline);
  if (Object.hasOwn(shelf, key)) return { machine, ...shelf[key]! };
  return layOut(engine, machine, outline);
}
