/** The program as processes run it, built when a source is newer than it. Types are checked by `npm run typecheck`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { newest, oldest, root } from './file-times.ts';

const CONFIG = 'vite.program.config.ts';

export default function build(): void {
  if (newest(['src', 'package.json', CONFIG]) < oldest(['dist/cli/main.js'])) return;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const parameters = [vite, 'build', '--config', CONFIG, '--logLevel', 'warn'];
  const { status } = spawnSync(process.execPath, parameters, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the program could not be built; see above');
}
