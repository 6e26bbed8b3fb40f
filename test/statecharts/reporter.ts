/**
 * After a whole run of the tests: prints which states and transitions of the horde's machines were taken, and
 * under CI fails the run below the threshold. Of a part of the tests it says nothing, since it would mislead.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestSpecification, Vitest } from 'vitest/node';

const script = fileURLToPath(new URL('./coverage.ts', import.meta.url));

/** Tests of processes step no machine here. */
const takesTransitions = ({ project }: TestSpecification): boolean => project.name === 'pure';

export class StatechartReporter implements Reporter {
  /** Where each test file leaves what it has taken. The configuration is read once for each project. */
  readonly folder = join(tmpdir(), `horde-statecharts-${process.pid}`);
  private vitest: Vitest | undefined;
  private isWhole = false;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
    mkdirSync(this.folder, { recursive: true });
    vitest.onClose(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    const all = (await this.vitest!.globTestSpecifications()).filter(takesTransitions);
    const run = specifications.filter(takesTransitions);
    this.isWhole = run.length > 0 && run.length >= all.length && !this.vitest!.config.watch;
  }

  onTestRunEnd(): void {
    if (!this.isWhole) return;
    try {
      execFileSync(process.execPath, ['--import', 'tsx', script, this.folder], {
        stdio: 'inherit',
      });
    } catch {
      if (process.env['CI']) process.exitCode = 1;
    }
  }
}
