/**
 * Labels of a team that lists and reports read: the pattern, the request as it was typed, and whether it only rehearses.
 * Whoever forms a team may add others.
 */
import type { Json } from '../event.ts';
import { fieldsOf } from '../fields.ts';

type Labels = Readonly<Record<string, string>>;

/** The labels in the data of `team.formed`. */
export function labelsIn(
  data: { readonly [field: string]: Json } | undefined,
): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(fieldsOf(data?.['labels'])))
    if (typeof value === 'string') labels[name] = value;
  return labels;
}

/** The team's answers are made up by the scripted model. */
export const isRehearsal = (labels: Labels): boolean =>
  labels['rehearsal'] === 'yes' || labels['rehearsal'] === 'true';
