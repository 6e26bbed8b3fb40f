/** What one wishes for a fork, as it stands in the fields of a form, and what is asked of the horde. */
import type { RecordedEvent } from '../../../events/event.ts';
import type { ForkAsked } from '../../shared/wire.ts';
import type { TeamStory } from '../shell/story.ts';

export interface ForkChoice {
  model: string;
  rounds: string;
  budgetTokens: string;
  budgetUsd: string;
  /** The edited answer is given in place of the next one. */
  isAnswered: boolean;
  actor: string;
  answer: string;
}

/** Throws a `RangeError` that names the field. */
export function askedOf(at: number, wish: ForkChoice): ForkAsked {
  const model = wish.model.trim();
  const rounds = whole('Rounds', wish.rounds);
  const budgetTokens = whole('Budget in tokens', wish.budgetTokens);
  const budgetUsd = money(wish.budgetUsd);
  if (wish.isAnswered && wish.answer.trim() === '')
    throw new RangeError('The answer is empty: write one, or untick it');
  return {
    at,
    ...(model === '' ? {} : { model }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
    ...(wish.isAnswered
      ? { answer: { text: wish.answer, ...(wish.actor === '' ? {} : { actor: wish.actor }) } }
      : {}),
  };
}

function whole(field: string, text: string): number | undefined {
  if (text.trim() === '') return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new RangeError(`${field}: "${text}" is no whole number above 0`);
  return number;
}

function money(text: string): number | undefined {
  if (text.trim() === '') return undefined;
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new RangeError(`Budget in dollars: "${text}" is no amount above 0`);
  return number;
}

/** The origin's next reply of a model after a revision: what the edited answer would stand in place of. */
export function nextReply(story: TeamStory, at: number): RecordedEvent | undefined {
  for (let revision = at + 1; revision <= story.head; revision++)
    if (story.eventAt(revision).type === 'model.replied') return story.events[revision];
  return undefined;
}

export const replierOf = ({ meta }: RecordedEvent): string =>
  meta.work?.split('/', 1)[0] ?? meta.to?.[0] ?? '';

/** A reply as one can edit it: its text alone where that is all, else its blocks as JSON, thinking left out. */
export function editable({ content }: { content?: unknown }): string {
  const blocks = (Array.isArray(content) ? content : []).filter(
    (block): block is { type: string; text?: string } =>
      block !== null && typeof block === 'object' && !String(block.type).includes('thinking'),
  );
  if (blocks.every(({ type }) => type === 'text')) return blocks.map(({ text }) => text).join('\n');
  return JSON.stringify(blocks, null, 2);
}
