/**
 * What a child team made, read from its stream: its result for a reader who sees nothing else, and what it and all
 * below it used.
 *
 * Invariant: the text is bounded, and whole where it fits: the synthesis, else the results, else what was handed in.
 */
import type { z } from 'zod';
import type { ChildEnd } from '../../actors/worker.ts';
import { NO_USAGE, type Usage, usage } from '../../events/amounts.ts';
import type { Json, RecordedEvent } from '../../events/event.ts';
import type { teamReturned } from '../../events/words/child.ts';
import { report, reportFrom } from '../../projections/report/report.ts';
import type { Report } from '../../projections/report/report-layers.ts';

/** How a child team ended, ready to be recorded. */
export type ChildResult = z.output<typeof teamReturned.data> & Pick<ChildEnd, 'status'>;

/** Characters of the result that is handed to the parent. */
const RESULT_MAX = 48_000;
/** Notes, and characters of one. */
const NOTES_MAX = 20;
const NOTE_MAX = 400;

export async function childResultOf(child: ChildEnd): Promise<ChildResult> {
  const { team, status, output, spent } = child;
  const sum = { ...NO_USAGE };
  let seen = report.initial;
  for await (const event of child.events()) {
    addUsage(sum, event);
    if (report.hears.has(event.type)) seen = report.apply(seen, event);
  }
  const told = reportFrom(seen);
  return {
    team,
    status,
    pattern: told.summary.pattern,
    reason: child.reason.slice(0, 1000),
    confidence: isOfTheHorde(output) ? told.confidence.level : null,
    text: textOf(told, output),
    notes: told.summary.notes.slice(0, NOTES_MAX).map((note) => note.slice(0, NOTE_MAX)),
    usage: sum,
    modelCalls: told.summary.modelCalls,
    spent,
    rehearsal: told.rehearsal,
    output: JSON.stringify(output).length <= RESULT_MAX ? output : null,
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
