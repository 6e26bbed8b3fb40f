/** The program as processes run it, built when a source is newer than it. Types are checked by `npm run typecheck`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { newest, oldest, root } from './file-times.ts';

export default function build(): void {
  if (newest(['src', 'package.json', 'tsconfig.build.json']) < oldest(['dist/cli/main.js'])) return;
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) console.warn('the build reports errors of types; see above');
}
