/**
 * Charts that were laid out when the package was built, so that the horde's own machines are drawn at once. From the
 * sources as from the package they stand in `dist`.
 *
 * Invariants
 * 1. A chart is found by what it was made of: its outline, and the way charts are laid out. So nothing stale is found.
 * 2. A shelf that is not there, or cannot be read, is empty: charts are laid out when they are asked for.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../package.ts';
import type { ChartDrawing } from '../shared/wire.ts';
import { CHART_LAYOUT } from './chart-layout.ts';
import type { ChartOutline } from './chart-outline.ts';

/** By key. What the machine is called is no part of its drawing. */
export interface ChartShelf {
  readonly [key: string]: Omit<ChartDrawing, 'machine'>;
}

export const SHELF_FILE = fileURLToPath(new URL('dist/visualizer/charts.json', packageRoot));

export const shelfKey = (outline: ChartOutline): string =>
  createHash('sha256')
    .update(JSON.stringify([CHART_LAYOUT, outline]))
    .digest('base64url');

/** What stands on the shelf. */
export function readShelf(file = SHELF_FILE): ChartShelf {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
