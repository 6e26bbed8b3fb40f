/** What a synthesis says was decided and remained disputed; what is not said in full is passed over. */
import type { Json, RecordedEvent } from '../../events/event.ts';

interface Synthesis {
  decisions: { subject: string; resolution: string }[];
  dissent: { by: string; about: string; view: string }[];
}

export function synthesisIn({ data }: Pick<RecordedEvent, 'data'>): Synthesis {
  return {
    decisions: entriesIn(data['decisions'], 'subject', 'resolution'),
    dissent: entriesIn(data['dissent'], 'by', 'about', 'view'),
  };
}

/** The entries of a list of which all these fields are texts. */
function entriesIn<Field extends string>(
  list: Json | undefined,
  ...fields: Field[]
): Record<Field, string>[] {
  if (!Array.isArray(list)) return [];
  return list.filter((entry): entry is Record<Field, string> => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return false;
    return fields.every((field) => typeof entry[field] === 'string');
  });
}
