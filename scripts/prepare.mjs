/**
 * What npm runs when the package is installed from its sources, packed, or linked by `npx horde` in a clone: builds it,
 * unless what stands in `dist` was built of these very sources. Plain JavaScript, since it is run so often.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const STAMP = join(root, 'dist/built-of');
const BUILT = ['dist/cli/main.js', 'dist/index.d.ts', 'dist/visualizer/page/page.js'];
const SOURCES = [
  ...['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'],
  ...['tsconfig.build.json', 'vite.config.ts', 'vite.program.config.ts'],
];

/** The names and bytes of all sources. */
function hashOfSources() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const below = source.includes('.')
      ? ['']
      : readdirSync(join(root, source), { recursive: true, encoding: 'utf8' }).sort();
    for (const name of below) {
      if (below.length > 1 && !/\.\w+$/.test(name)) continue;
      hash.update(`${source}/${name}\0`).update(readFileSync(join(root, source, name)));
    }
  }
  return hash.digest('hex');
}

const hash = hashOfSources();
const isThere = BUILT.every((file) => existsSync(join(root, file)));
if (!isThere || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== hash) {
  const { status } = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(STAMP, hash);
}
