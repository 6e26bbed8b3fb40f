/**
 * The page and the laid out charts, made before the tests when what they are made of is newer than what was built of
 * it: the server hands them out, and tests look at them.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { newest, oldest, root } from './file-times.ts';

/** What the page is made of, beside the packages. */
const PAGE_SOURCES = ['src/visualizer', 'src/projections', 'src/events', 'vite.config.ts'];
const PAGE_BUILT = ['index.html', 'page.js', 'page.css'].map((name) =>
  join('dist/visualizer/page', name),
);
/** What charts are made of. One that is left as it was is found again by its outline, and is not laid out anew. */
const CHART_SOURCES = ['src/visualizer', 'src/machines', 'scripts/lay-out-charts.ts'];
const CHARTS_BUILT = ['dist/visualizer/charts.json'];

export default function build(): void {
  const isStale = newest(PAGE_SOURCES) >= oldest(PAGE_BUILT);
  if (isStale && !runs('vite/bin/vite.js', 'build', '--logLevel', 'warn'))
    console.warn('the page could not be built; see above');
  const areStale = newest(CHART_SOURCES) >= oldest(CHARTS_BUILT);
  if (areStale && !runs('tsx/dist/cli.mjs', 'scripts/lay-out-charts.ts'))
    console.warn('the charts could not be laid out; see above');
}

function runs(program: string, ...args: string[]): boolean {
  const path = join(root, 'node_modules', program);
  const { status } = spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' });
  return status === 0;
}
