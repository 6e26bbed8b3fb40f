/**
 * The end of a team below, read from its stream: how it ended, what it made, what it and all below it cost.
 *
 * Invariants
 * 1. The cost is what the child's doorkeeper has settled, and in full what was still reserved: never less than
 *    what can be billed, never more than its limit unless a breach is recorded.
 * 2. The text is bounded, and whole where it fits: the synthesis, else the results, else what was handed in.
 */

import { type Amount, NO_USAGE, type Usage, usage } from '../../events/amounts.ts';
import type { Json, RecordedEvent } from '../../events/event.ts';
import { report, reportFrom } from '../../projections/report/report.ts';
import type { Report } from '../../projections/report/report-layers.ts';
import type { Ledger } from '../gate/ledger.ts';
import type { TeamState } from '../state/team-state.ts';
import type { TeamHandle } from '../team-handle.ts';
import type { ChildEnd } from '../worker.ts';

/** Characters of the result that is handed to the parent. */
const RESULT_MAX = 48_000;
/** Notes, and characters of one. */
const NOTES_MAX = 20;
const NOTE_MAX = 400;

export async function endOfChild(child: TeamHandle): Promise<ChildEnd> {
  const state = await child.state();
  const sum = { ...NO_USAGE };
  let seen = report.initial;
  for await (const event of child.events()) {
    addUsage(sum, event);
    if (report.hears.has(event.type)) seen = report.apply(seen, event);
  }
  const told = reportFrom(seen);
  const { type, data } = state.ended!;
  const output = (data['output'] ?? null) as Json;
  const reason = type === 'team.stopped' ? `${data['reason']}: ${data['detail']}` : data['reason'];
  return {
    team: child.id,
    status: type === 'team.stopped' ? 'stopped' : (data['status'] as 'done' | 'failed'),
    pattern: told.summary.pattern,
    reason: String(reason).slice(0, 1000),
    confidence: isOfTheHorde(output) ? told.confidence.level : null,
    text: textOf(told, output),
    notes: told.summary.notes.slice(0, NOTES_MAX).map((note) => note.slice(0, NOTE_MAX)),
    usage: sum,
    modelCalls: told.summary.modelCalls,
    spent: spentBy(state),
    rehearsal: told.rehearsal,
    output: JSON.stringify(output).length <= RESULT_MAX ? output : null,
  };
}

function spentBy(state: TeamState): Amount {
  const { settled, reserved } = state.policies.get('budget') as unknown as Ledger;
  return {
    tokens: settled.tokens + reserved.tokens,
    usd: Math.round((settled.usd + reserved.usd) * 1e8) / 1e8,
  };
}

/** Whatever settles work says what it used, a team further below included. */
function addUsage(sum: Usage, { data, meta }: RecordedEvent): void {
  const said = meta.work === undefined ? undefined : usage.safeParse(data['usage']);
  if (!said?.success) return;
  for (const key of Object.keys(sum) as (keyof Usage)[]) sum[key] += said.data[key];
}

const isOfTheHorde = (output: Json): boolean =>
  typeof output === 'object' && output !== null && 'confidence' in output;

function textOf(told: Report, output: Json): string {
  const { results } = told.summary;
  const synthesis = (output as { synthesis?: unknown } | null)?.synthesis;
  const shown = typeof synthesis === 'number' ? results.slice(0, 1) : results;
  const parts = shown.length > 0 ? shown.map(resultText) : told.artifacts.flatMap(artifactText);
  if (parts.length > 0) return cut(parts.join('\n\n---\n\n'));
  return output === null || isOfTheHorde(output) ? '' : cut(JSON.stringify(output));
}

function resultText({ by, title, summary, text, path }: Report['summary']['results'][number]) {
  const where = path === null ? [] : [`It stands in the file ${path}.`];
  return [`# ${title} (by ${by})`, summary, ...(text ? [text] : []), ...where]
    .filter((part) => part !== '')
    .join('\n\n');
}

function artifactText({ title, by, text, path }: Report['artifacts'][number]): string[] {
  if (text === null && !path) return [];
  return [`# ${title} (by ${by})\n\n${text ?? `It stands in the file ${path}.`}`];
}

function cut(text: string): string {
  if (text.length <= RESULT_MAX) return text;
  const kept = text.slice(0, RESULT_MAX).replace(/[\ud800-\udbff]$/, '');
  return `${kept}\n[cut: ${text.length - kept.length} more characters]`;
}
