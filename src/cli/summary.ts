/** What a run has come to, as `run`, `resume` and `fork` print it. */

import { type Formed, hashState } from '../actors/state/team-state.ts';
import type { TeamHandle } from '../actors/team-handle.ts';
import { summarizeMetrics } from '../projections/metrics/metrics-summary.ts';
import { report, reportFrom } from '../projections/report/report.ts';
import type { Report } from '../projections/report/report-layers.ts';
import { renderReport } from '../projections/report/report-markdown.ts';
import { verdictWords, whyWords } from '../projections/verdict/verdict-words.ts';
import type { Output } from './output.ts';
import { harmless } from './terminal-text.ts';

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
    modelCalls: told.summary.modelCalls,
    stateHash: hashState(state),
    report: told,
  };
}

export function printSummary(output: Output, summary: Summary): void {
  output.result(
    () => harmless(`${renderReport(summary.report)}\n${closing(summary)}`),
    () => summary,
  );
}

function closing({ team, status, report, tokens, usd, modelCalls, events }: Summary): string {
  const { verdict } = report;
  const stands = status === 'interrupted' ? status : verdictWords(verdict);
  const why = whyWords(verdict);
  const limit = tokens.limit === null ? '' : ` of ${tokens.limit}`;
  const money = usd > 0 ? `, $${usd.toFixed(4)}` : '';
  return `${stands}${why && `: ${why}`} · team ${team} · ${modelCalls} model calls, ${tokens.input + tokens.output} tokens${limit}${money} · ${events} events`;
}
