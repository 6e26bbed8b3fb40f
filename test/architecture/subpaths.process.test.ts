/** What `golden-horde/…` offers, and what an import of it loads: read from a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bytesOf, readSource } from './sources.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const about = JSON.parse(bytesOf('package.json').toString());

/** Packages of which the process runs a script once it has imported this file of `src`: V8 lists every script. */
function loadedBy(file: string): Set<string> {
  const folder = mkdtempSync(join(tmpdir(), 'horde-loaded-'));
  try {
    const done = spawnSync(process.execPath, ['--import', 'tsx', join('src', file)], {
      cwd: root,
      env: { PATH: process.env['PATH'], NODE_V8_COVERAGE: folder },
      encoding: 'utf8',
    });
    expect([done.status, done.stderr]).toEqual([0, '']);
    const scripts: string[] = readdirSync(folder).flatMap((name) =>
      JSON.parse(readFileSync(join(folder, name), 'utf8')).result.map(
        ({ url }: { url: string }) => url,
      ),
    );
    expect(scripts.some((url) => url.includes(`/src/${file}`))).toBe(true);
    const names = scripts.map((url) => /.*\/node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(url)?.[1]);
    return new Set(names.filter((name) => name !== undefined));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** They run the sources here, and are no part of them. */
const RUNNERS = ['tsx', 'esbuild', '@esbuild/linux-x64', 'get-tsconfig', 'resolve-pkg-maps'];
const own = (packages: Set<string>) =>
  [...packages].filter((name) => !RUNNERS.some((runner) => name.startsWith(runner))).sort();

describe('a subpath of the package', () => {
  const paths = Object.keys(about.exports).filter((path) => !path.endsWith('.json'));

  it.each(paths)('%s is a file of the sources, and its types stand beside it', (path) => {
    const name = path === '.' ? 'index' : path.slice('./'.length);
    expect(about.exports[path]).toEqual({
      types: `./dist/${name}.d.ts`,
      default: `./dist/${name}.js`,
    });
    expect(readSource(`src/${name}.ts`).passedOn.length).toBeGreaterThan(3);
  });

  it('./runtime loads the engine alone: no SDK of a model, no gRPC, no drawing, no language model', () => {
    expect(own(loadedBy('runtime.ts'))).toEqual(['devalue', 'immer', 'xstate', 'zod']);
  });

  it('./testing loads no more than the engine: the model that it brings is a script', () => {
    expect(own(loadedBy('testing.ts'))).toEqual(['devalue', 'immer', 'xstate', 'zod']);
  });
});
