/**
 * Leading a team to its end from the terminal: progress while it works, Ctrl-C, and the summary at the end.
 */
import type { Runtime } from '../actors/runtime.ts';
import { type Formed, hashState } from '../actors/state/team-state.ts';
import type { TeamHandle } from '../actors/team-handle.ts';
import { summarizeMetrics } from '../projections/metrics/metrics-summary.ts';
import { report, reportFrom } from '../projections/report/report.ts';
import type { Report } from '../projections/report/report-layers.ts';
import { EXIT } from './bad-usage.ts';
import { observe, operationalLog } from './observation.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';

/** What `run` and `resume` print with `--json`. */
export interface Summary {
  team: string;
  pattern: string | null;
  status: 'done' | 'failed' | 'stopped' | 'interrupted' | 'running';
  reason: string;
  confidence: string | null;
  rounds: number;
  events: number;
  tokens: { input: number; output: number; limit: number | null };
  usd: number;
  modelCalls: number;
  stateHash: string;
  report: Report;
}

export interface Led {
  summary: Summary;
  exit: number;
}

/** Waits for the team's end. The first Ctrl-C stops new work and records where it stands; the second exits at once. */
export async function leadToEnd(
  runtime: Runtime,
  team: TeamHandle,
  output: Output,
  progress: Progress | undefined,
): Promise<Led> {
  const log = await operationalLog();
  const observation = await observe(runtime.store, team.id, log);
  let interrupted = false;
  const interrupt = () => {
    if (interrupted) process.exit(EXIT.interrupted);
    interrupted = true;
    progress?.close();
    output.note(
      'stopping: what is under way is broken off and recorded; press Ctrl-C again to leave at once',
    );
    void runtime.close();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await team.result().catch((error: Error) => {
      if (interrupted) return;
      log?.tell('error', 'the team cannot be led on', { team: team.id, detail: error.message });
      throw error;
    });
  } finally {
    progress?.close();
    const sent = await observation.end();
    if (sent !== undefined) output.note(sent);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  const summary = await summarize(team, interrupted);
  if (summary.status === 'interrupted') {
    output.note(`interrupted; go on with: horde resume ${team.id}`);
    return { summary, exit: EXIT.interrupted };
  }
  return { summary, exit: summary.status === 'done' ? EXIT.done : EXIT.failed };
}

export async function summarize(team: TeamHandle, interrupted: boolean): Promise<Summary> {
  const state = await team.state();
  const folded = await team.view(report);
  const { total, round } = summarizeMetrics(folded.metrics);
  const told = reportFrom(folded);
  const formed = state.formed as Formed;
  const end = state.ended;
  const status = end
    ? end.type === 'team.stopped'
      ? 'stopped'
      : (end.data['status'] as 'done' | 'failed')
    : interrupted
      ? 'interrupted'
      : 'running';
  return {
    team: team.id,
    pattern: formed.labels['pattern'] ?? null,
    status,
    reason: end ? String(end.data['reason']) : status,
    confidence: end ? told.confidence.level : null,
    rounds: round,
    events: state.revision + 1,
    tokens: {
      input: total.inputTokens + total.cacheReadTokens + total.cacheWriteTokens,
      output: total.outputTokens,
      limit: formed.limits.tokens ?? null,
    },
    usd: total.usd,
    modelCalls: total.modelCalls,
    stateHash: hashState(state),
    report: told,
  };
}
