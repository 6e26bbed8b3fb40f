/**
 * The command line is tested as it is shipped: built once before the tests, from the sources as they are. The page
 * and the laid out charts too, when what they are made of is newer than what was built of it.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the page is made of, beside the packages. */
const PAGE_SOURCES = ['src/visualizer', 'src/projections', 'src/events', 'vite.config.ts'];
const PAGE_BUILT = ['index.html', 'page.js', 'page.css'].map((name) =>
  join('dist/visualizer/page', name),
);
/** What charts are made of. One that is left as it was is found again by its outline, and is not laid out anew. */
const CHART_SOURCES = ['src/visualizer', 'src/machines', 'scripts/lay-out-charts.ts'];
const CHARTS_BUILT = ['dist/visualizer/charts.json'];

export default function build(): void {
  // Types are checked by `npm run typecheck`; what was written is tested all the same.
  if (!runs('typescript/bin/tsc', '-p', 'tsconfig.build.json'))
    console.warn('the build reports errors of types; see above');
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

const changedAt = (path: string): number =>
  statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(paths: readonly string[]): number {
  let latest = 0;
  for (const path of paths) {
    const isFolder = statSync(join(root, path)).isDirectory();
    const below = isFolder
      ? readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
      : [];
    for (const one of [path, ...below.map((name) => join(path, name))])
      latest = Math.max(latest, changedAt(one));
  }
  return latest;
}

const oldest = (paths: readonly string[]): number => Math.min(...paths.map(changedAt));
