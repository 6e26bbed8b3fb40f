/** Writes the statechart of every machine of the horde to `docs/statecharts/`: `npm run charts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { chartPages } from '../src/machines/charts/chart-pages.ts';

const folder = new URL('../docs/statecharts/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of chartPages()) writeFileSync(new URL(name, folder), text);
