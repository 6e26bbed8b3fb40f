/** The command line is tested as it is shipped: built once before the tests, from the sources as they are. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function build(): void {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
  const { status } = spawnSync(process.execPath, tsc, { cwd: root, stdio: 'inherit' });
  // Types are checked by `npm run typecheck`; what was written is tested all the same.
  if (status !== 0) console.warn('the build reports errors of types; see above');
}
