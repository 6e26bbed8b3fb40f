/**
 * A machine's chart as it is drawn: the outline of the machine, laid out. The layout engine is large; it is loaded
 * when the first chart is asked for, and a machine is laid out once.
 */
import type { ELK } from 'elkjs';
import type { AnyStateMachine } from 'xstate';
import { layOut } from './chart-layout.ts';
import { outlineOf } from './chart-outline.ts';
import type { ChartDrawing } from './wire.ts';

const drawn = new WeakMap<AnyStateMachine, Promise<ChartDrawing>>();
let engine: Promise<ELK> | undefined;

/** The chart of a machine; the same machine gives the same drawing, whatever its name. */
export async function drawingOf(name: string, machine: AnyStateMachine): Promise<ChartDrawing> {
  let drawing = drawn.get(machine);
  if (!drawing) {
    drawing = open().then((elk) => layOut(elk, name, outlineOf(machine)));
    drawn.set(machine, drawing);
  }
  return { ...(await drawing), machine: name };
}

function open(): Promise<ELK> {
  // A CommonJS module: what it exports is the class.
  engine ??= import('elkjs/lib/elk.bundled.js').then(
    ({ default: Elk }) => new (Elk as unknown as new () => ELK)(),
  );
  return engine;
}
