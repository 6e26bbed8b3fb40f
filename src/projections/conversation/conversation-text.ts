/**
 * The words in which the runtime speaks to a model: the request, a granted turn, a message, a correction.
 * Black-box tests and scripted servers read `Legal moves (grant G, round R): a, b`; keep that line stable.
 */
import type { JsonObject, RecordedEvent } from '../../events/event.ts';
import { frame, renderFields, TO_EVALUATE } from './framing.ts';
import type { Grant, Moment } from './seat.ts';
import type { ThreadEntry } from './thread-message.ts';

interface Request {
  readonly text: string;
  readonly materials: readonly { readonly name: string; readonly text: string }[];
}

/** What every agent reads first. */
export function requestEntries(request: Request | null, at: Moment): ThreadEntry[] {
  if (!request) return [];
  const texts = [
    `What the team was asked for. It says what is wanted; your own part you are told turn by turn.\n${frame({ kind: 'request' }, request.text)}`,
    ...request.materials.map(({ name, text }) =>
      frame({ kind: 'material', name }, text, TO_EVALUATE),
    ),
  ];
  return texts.map((text) => ({ kind: 'text', ...at, text, common: true }));
}

/** The brief, the legal moves, and the material in frames. */
export function grantText(
  grant: Grant,
  material: readonly { revision: number; event: RecordedEvent | undefined }[],
  after?: number,
): string {
  const waits = after === undefined ? '' : ` It begins when your turn of grant ${after} is over.`;
  return [
    `Your turn.${waits} ${grant.brief}`.trim(),
    `Legal moves (grant ${grant.grant}, round ${grant.round}): ${grant.moves.join(', ')}`,
    ...material.map(({ revision, event }) => materialText(revision, event)),
  ].join('\n\n');
}

function materialText(revision: number, event: RecordedEvent | undefined): string {
  if (!event) return `(Revision ${revision} holds nothing that can be shown.)`;
  const by = event.meta.actor ?? 'outside';
  // No revision is shown: in a fork the same words stand at another place, and must be the same words.
  const { grant: _, held: _held, reply: _reply, ...data } = event.data;
  const text = event.type === 'team.formed' ? 'The request, see above.' : renderFields(data);
  return frame({ kind: 'material', by, event: event.type }, text, TO_EVALUATE);
}

/** `crossed`: numbers of the reader's own messages that the writer had not read. */
export function messageText(
  from: string,
  text: string,
  seq?: number,
  crossed: readonly number[] = [],
): string {
  const note =
    crossed.length === 0
      ? TO_EVALUATE
      : `${TO_EVALUATE}. It crossed with your message ${crossed.join(', ')}: ${from} had not read that when writing this`;
  return frame({ kind: 'message', from, ...(seq ? { seq } : {}) }, text, note);
}

/** What the sender is told of a message that crossed with others. */
export const sentText = (seq: number, crossed: readonly (readonly [string, number[]])[]): string =>
  [
    `Message ${seq} sent.`,
    ...crossed.map(
      ([from, numbers]) =>
        `It crossed with message ${numbers.join(', ')} of ${from}, which you had not read and are shown now: go by the newest of the two sides, and say so if it changes what you wrote.`,
    ),
  ].join(' ');

export function correctionOf(data: { grant: number; problem: string }): string {
  return `Correction (grant ${data.grant}): ${data.problem}`;
}

/** Whether a use's arguments say the same as an event's data, where both say something. */
export function fitting(input: JsonObject, data: JsonObject): boolean {
  return Object.entries(input).every(
    ([key, value]) => !(key in data) || JSON.stringify(value) === JSON.stringify(data[key]),
  );
}
