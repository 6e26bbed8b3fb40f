/** A fault run whose process dies is told apart from one that was clean, and from one that went wrong. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runApart } from './own-process.ts';

const dying = fileURLToPath(new URL('./dying-process.ts', import.meta.url));
const run = (seed: number) => runApart({ seed }, () => {}, dying);

describe("a fault run's process", () => {
  it('that dies of a signal has died, whatever the run would have found', async () => {
    const outcome = await run(1);
    expect(outcome).toMatchObject({ kind: 'died', cause: 'SIGABRT' });
    expect(outcome.kind === 'died' && outcome.said).toContain('about to end, seed 1');
  });

  it('that ends by itself without a result has died, too', async () => {
    expect(await run(0)).toMatchObject({ kind: 'died', cause: 'exit 3' });
  });

  it('hands a whole run over, with what the machine did to it', async () => {
    const shape = { teams: 1, workers: 1, faultsMs: 0, latencyMs: 100, unharmed: true };
    const outcome = await runApart({ seed: 5, ...shape });
    expect(outcome).toMatchObject({ kind: 'done', run: { seed: 5, violations: [] } });
    expect(outcome.kind === 'done' && outcome.strain.coreShare).toBeGreaterThan(0);
  }, 60_000);
});
