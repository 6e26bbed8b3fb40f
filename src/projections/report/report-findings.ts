/** What scouts found, and what became of each: a report lists all, also what nobody took up. */

import type { RecordedEvent } from '../../events/event.ts';
import { fieldsOf } from '../../events/fields.ts';
import type { Board } from '../board/board.ts';
import { entry } from '../kit/named.ts';
import { itemsOf, type Sequence } from '../kit/sequence.ts';

export interface FindingLine {
  tag: string;
  title: string;
  severity: string;
  by: string;
  revision: number;
}

export interface FindingShown extends FindingLine {
  /** Status of the task that was made of it; null when nobody took it up. */
  task: string | null;
}

/** The findings that an event reports; what is not told in full is passed over. */
export function foundIn({ data, meta, revision }: RecordedEvent): FindingLine[] {
  const { findings } = data;
  if (!Array.isArray(findings)) return [];
  return findings.flatMap((one) => {
    const { tag, title, severity } = fieldsOf(one);
    if (typeof tag !== 'string' || typeof title !== 'string') return [];
    return [{ tag, title, severity: String(severity), by: meta.actor ?? '', revision }];
  });
}

const SEVERITIES = ['critical', 'high', 'medium', 'low'];

export function findingsOf(findings: Sequence<FindingLine>, board: Board): FindingShown[] {
  const first = new Map<string, FindingLine>();
  for (const one of itemsOf(findings)) if (!first.has(one.tag)) first.set(one.tag, one);
  return [...first.values()]
    .map((one) => ({
      ...one,
      task: entry(board.tasks, `finding-${one.tag.toLowerCase()}`)?.status ?? null,
    }))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
