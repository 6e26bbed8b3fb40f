/**
 * Lays out the charts of all machines of the horde and puts them on the package's shelf: a step of `npm run build`.
 * What stands there already, made of the same, is left as it is.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hordeMachines } from '../src/machines/index.ts';
import { ThreadEngine } from '../src/visualizer/server/chart-engine.ts';
import { layOut } from '../src/visualizer/server/chart-layout.ts';
import { outlineOf } from '../src/visualizer/server/chart-outline.ts';
import {
  type ChartShelf,
  readShelf,
  SHELF_FILE,
  shelfKey,
} from '../src/visualizer/server/chart-shelf.ts';

const engine = new ThreadEngine();
const known = readShelf();

const drawings = Object.entries(hordeMachines).map(async ([name, { machine }]) => {
  const outline = outlineOf(machine);
  const key = shelfKey(outline);
  if (Object.hasOwn(known, key)) return [key, known[key]!] as const;
  const { machine: _name, ...drawing } = await layOut(engine, name, outline);
  return [key, drawing] as const;
});
const shelf: ChartShelf = Object.fromEntries(await Promise.all(drawings));

mkdirSync(dirname(SHELF_FILE), { recursive: true });
// Whoever reads it meanwhile reads the old one or the new one, whole.
const fresh = `${SHELF_FILE}.${process.pid}`;
writeFileSync(fresh, `${JSON.stringify(shelf)}\n`);
renameSync(fresh, SHELF_FILE);
