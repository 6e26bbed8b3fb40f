/**
 * What the conversation keeps of a team, and the few ways in which an event changes it: the content that may
 * be shown again is held, a seat is replaced by its next value, an open use of a tool is answered.
 */
import { isDraft, original } from 'immer';
import type { EventOf, RecordedEvent } from '../../events/event.ts';
import type { teamFormed } from '../../events/words/team.ts';
import type { Sequence } from '../kit/sequence.ts';
import { append, countWhile, itemAt } from '../kit/sequence.ts';
import { fitting } from './conversation-text.ts';
import type { ConversationSeat } from './seat.ts';
import { momentOf, threadOf, withThread } from './seat.ts';
import { openUses, withUseAnswered } from './thread.ts';
import type { Use } from './thread-message.ts';

export interface ConversationState {
  request: NonNullable<EventOf<typeof teamFormed>['data']['request']> | null;
  seats: { [actor: string]: ConversationSeat };
  /** Since a fork: asked instead of the model that a profile names. */
  model: string | null;
  /** Events whose content a grant may show as material, in order. */
  held: Sequence<RecordedEvent>;
}

export function hold(draft: ConversationState, event: RecordedEvent): void {
  draft.held = append(plain(draft.held), event);
}

export function heldAt(draft: ConversationState, revision: number): RecordedEvent | undefined {
  const held = plain(draft.held);
  const event = itemAt(
    held,
    countWhile(held, (one) => one.revision < revision),
  );
  return event?.revision === revision ? event : undefined;
}

/** Seats are values: replaced, never drafted, and frozen, so that immer does not walk whole threads. */
export function change(
  draft: ConversationState,
  actor: string,
  next: (seat: ConversationSeat) => ConversationSeat,
): void {
  const seat = seatNamed(draft, actor);
  if (!seat) return;
  const changed = next(seat);
  if (changed !== seat) draft.seats[actor] = Object.freeze(changed);
}

export function seatNamed(draft: ConversationState, actor: string): ConversationSeat | undefined {
  return Object.hasOwn(draft.seats, actor) ? plain(draft.seats[actor]) : undefined;
}

export function plain<Value>(value: Value): Value {
  return isDraft(value) ? (original(value as object) as Value) : value;
}

/** Answers the first open use that fits, preferring one with these arguments. */
export function answer(
  draft: ConversationState,
  actor: string,
  event: RecordedEvent,
  isMeant: (use: Use) => boolean,
  ok: boolean,
  text: string,
  args: RecordedEvent['data'] = {},
): void {
  change(draft, actor, (seat) => {
    const thread = threadOf(seat);
    const uses = openUses(thread).filter(isMeant);
    const use = uses.find((one) => fitting(one.input, args)) ?? uses[0];
    if (!use) return seat;
    return withThread(seat, withUseAnswered(thread, momentOf(event), use, ok, text));
  });
}
