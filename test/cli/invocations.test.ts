/**
 * The sixteen kinds of requests of `examples/invocations/`, run as `horde run --rehearse "…"` runs them, in
 * this process.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hordeIn } from './horde.ts';

const folder = new URL('../../examples/invocations/', import.meta.url);
const names = readdirSync(folder).filter((name) => name !== 'rehearse.ts');
const kinds = await Promise.all(
  names.map(async (name) => {
    const { request, pattern } = await import(new URL(name, folder).href);
    return { name, request: String(request), pattern: String(pattern) };
  }),
);

describe('each kind of request', () => {
  it('is there, and as a script that is quickly read', () => {
    expect(names).toHaveLength(16);
    for (const name of names) {
      const lines = readFileSync(new URL(name, folder), 'utf8').split('\n');
      expect(lines.length, name).toBeLessThan(60);
    }
  });

  for (const { name, request, pattern } of kinds) {
    it(`runs to its end as ${pattern}: ${name.replace('.ts', '')}`, async () => {
      const { status, json } = await hordeIn().run([
        ...['run', '--rehearse', '--json', '--store', 'memory:'],
        request,
      ]);
      const summary = json();
      expect([status, summary.status]).toEqual([0, 'done']);
      expect(summary.pattern).toBe(pattern);
      expect(summary.report.rehearsal).toBe(true);
      expect(summary.report.summary.results.length).toBeGreaterThan(0);
      expect(summary.report.summary.outcome).not.toBe('incomplete');
    });
  }
});
