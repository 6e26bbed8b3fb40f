/**
 * The guide for embedding: each of its blocks of code is a module, and runs as it stands.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const guide = readFileSync(new URL('../../docs/guide/embedding.md', import.meta.url), 'utf8');
const blocks = [...guide.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code ?? '');
// Beside the sources, so that names of packages are found as a program finds them.
const folder = mkdtempSync(fileURLToPath(new URL('./guide-', import.meta.url)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a block of the guide for embedding', () => {
  it('is there for each thing that is shown', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    expect(guide.match(/^```/gm)).toHaveLength(2 * blocks.length);
  });

  it.each(blocks.map((code, nth) => ({ code, nth: nth + 1, first: code.split('\n', 1)[0] })))(
    'number $nth runs as it stands: $first',
    async ({ code, nth }) => {
      const file = join(folder, `block-${nth}.ts`);
      writeFileSync(file, code);
      await expect(import(pathToFileURL(file).href)).resolves.toBeDefined();
    },
  );
});
