/**
 * Two teams in step: what is equal is one line, and from the first difference on the events of both stand side by side,
 * brought together again at the beginning of every round.
 *
 * Invariants
 * 1. Every event after the shared beginning stands in exactly one row, in the order of its stream.
 * 2. The rounds that both have begin in the same row.
 */

import type { RecordedEvent } from '../../../events/event.ts';
import type { Difference } from '../../../projections/comparison/first-difference.ts';
import { kindOf } from '../timeline/event-kind.ts';
import { messageGist, shortLine, typeInWords } from '../timeline/message-gist.ts';

export interface StepRow {
  /** Revisions; null where one side has nothing. */
  a: number | null;
  b: number | null;
  /** The same was said by the same, as far as their first words tell. */
  isSame: boolean;
}

export interface InStep {
  /** The last revision of the shared beginning in each; -1 when they share nothing. */
  equalTo: { a: number; b: number };
  rows: StepRow[];
}

/** What is only the runtime's own (leave, starts, leaders) is left out unless it is asked for. */
export function inStep(
  a: readonly RecordedEvent[],
  b: readonly RecordedEvent[],
  first: Difference | null,
  withRuntime: boolean,
): InStep {
  if (first === null) return { equalTo: { a: a.length - 1, b: b.length - 1 }, rows: [] };
  const from = {
    a: startOf(a, first.revision, first.causeA),
    b: startOf(b, first.revisionB, first.causeB),
  };
  const isShown = (event: RecordedEvent) => withRuntime || kindOf(event) !== 'runtime';
  const [left, right] = [a.slice(from.a).filter(isShown), b.slice(from.b).filter(isShown)];
  const [ones, others] = [roundsOf(left), roundsOf(right)];
  const rows: StepRow[] = [];
  for (let i = 0; i < Math.max(ones.length, others.length); i++)
    rows.push(...sideBySide(ones[i] ?? [], others[i] ?? []));
  // Their first words may be the same; what is said is not.
  for (const row of rows.slice(0, 1))
    if (row.a === first.revision && row.b === first.revisionB) row.isSame = false;
  return { equalTo: { a: from.a - 1, b: from.b - 1 }, rows };
}

/** Where a side goes its own way; one that lacks the event in that turn goes on with its next turn. */
function startOf(
  events: readonly RecordedEvent[],
  revision: number | null,
  cause: { revision: number } | null,
): number {
  if (revision !== null) return revision;
  const turn = cause ? events[cause.revision]?.meta.turn : undefined;
  if (turn === undefined) return events.length;
  const next = events.findIndex(({ meta }) => meta.turn > turn);
  return next < 0 ? events.length : next;
}

/** The rest of the round that was under way, then a list for each round that began. */
function roundsOf(events: readonly RecordedEvent[]): RecordedEvent[][] {
  const rounds: RecordedEvent[][] = [[]];
  for (const event of events) {
    if (event.type === 'round.started') rounds.push([]);
    rounds.at(-1)?.push(event);
  }
  return rounds;
}

function sideBySide(a: readonly RecordedEvent[], b: readonly RecordedEvent[]): StepRow[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => {
    const [one, other] = [a[i], b[i]];
    return {
      a: one?.revision ?? null,
      b: other?.revision ?? null,
      isSame: one !== undefined && other !== undefined && wordsOf(one) === wordsOf(other),
    };
  });
}

const wordsOf = (event: RecordedEvent): string =>
  `${event.meta.actor ?? ''} ${event.type} ${messageGist(event)}`;

/** Where they part, in a sentence. */
export function tellDifference(first: Difference | null, a: string, b: string): string {
  if (first === null) return `${a} and ${b} say the same from beginning to end.`;
  const { kind, revision, revisionB } = first;
  const places = `revision ${revision ?? '–'} of ${a}, ${revisionB ?? '–'} of ${b}`;
  if (kind === 'missing')
    return revision === null
      ? `${b} goes on alone: what it has at revision ${revisionB}, ${a} does not have.`
      : `${a} goes on alone: what it has at revision ${revision}, ${b} does not have.`;
  const [one, other] = [saidIn(first.a), saidIn(first.b)];
  if (kind === 'order')
    return `They hear the same in another order from ${places}: ${one}; ${other}.`;
  return one === other
    ? `They part at ${places}: in both ${one}, with another ${unlikeIn(first)}.`
    : `They part at ${places}: in ${a} ${one}, in ${b} ${other}.`;
}

/** Measures and hashes: they differ between any two runs, and are no reason to part. */
const MEASURES: ReadonlySet<string> = new Set([
  'usage',
  'latencyMs',
  'requestHash',
  'rehearsal',
  'answeredBy',
]);

/** The fields of what both say that are not equal. */
export function unlikeFields({ a, b }: Difference): string[] {
  const [one, other] = [a?.data ?? {}, b?.data ?? {}];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (name) => !MEASURES.has(name) && JSON.stringify(one[name]) !== JSON.stringify(other[name]),
  );
}

function unlikeIn(first: Difference): string {
  const names = unlikeFields(first).map((name) => `“${shortLine(name, 40)}”`);
  return names.length === 0 ? 'hearer' : names.join(', ');
}

function saidIn(event: Difference['a']): string {
  if (!event) return 'there is nothing';
  const { type, actor } = event;
  return actor === null
    ? `“${typeInWords(type)}”`
    : `${shortLine(actor, 60)} says “${typeInWords(type)}”`;
}
