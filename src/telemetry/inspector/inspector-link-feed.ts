/**
 * What goes to an inspector, gathered: at most one batch every `everyMs`, and what is needed to tell a newcomer.
 * It owns no connection.
 *
 * Invariants
 * 1. A batch has at most `MESSAGES_MAX` messages and two more for each actor, however much has happened meanwhile,
 *    and at most one snapshot of an actor.
 * 2. Memory is bounded likewise; texts within an event are cut to `TEXT_MAX` characters.
 * 3. The last snapshot of every actor is always told: what is left out is how it came there.
 */

import { type Clock, systemClock } from '../../actors/clock.ts';
import type { Json } from '../../events/event.ts';
import { bounded, coalesced, type InspectionEvent } from './inspection.ts';

export const MESSAGES_MAX = 500;
const TEXT_MAX = 2_000;
const EVERY_MS = 100;

export class InspectorFeed {
  /** Whoever carries the batches on. */
  onBatch: (batch: readonly InspectionEvent[]) => void = () => {};
  private waiting: InspectionEvent[] = [];
  private before: InspectionEvent[] = [];
  private unwake: (() => void) | undefined;

  constructor(
    private readonly clock: Clock = systemClock,
    private readonly everyMs = EVERY_MS,
  ) {}

  /** The past: told in one batch, every snapshot of it, as far as it goes back. */
  recall(messages: readonly InspectionEvent[]): void {
    this.before.push(...messages.map(slim));
    if (this.before.length > 4 * MESSAGES_MAX) this.before = bounded(this.before, MESSAGES_MAX);
  }

  /** What happens now. */
  tell(messages: readonly InspectionEvent[]): void {
    if (messages.length === 0) return;
    this.waiting.push(...messages.map(slim));
    if (this.waiting.length > 4 * MESSAGES_MAX)
      this.waiting = bounded(coalesced(this.waiting), MESSAGES_MAX);
    this.unwake ??= this.clock.wake(this.clock.now() + this.everyMs, () => this.flush());
  }

  flush(): void {
    this.unwake?.();
    this.unwake = undefined;
    if (this.waiting.length === 0) return;
    const batch = bounded(coalesced(this.waiting), MESSAGES_MAX);
    this.waiting = [];
    this.before = bounded([...this.before, ...batch], MESSAGES_MAX);
    this.onBatch(batch);
  }

  /** All that has been told, for whoever comes new. */
  past(): InspectionEvent[] {
    this.before = bounded(this.before, MESSAGES_MAX);
    return [...this.before];
  }
}

function slim(message: InspectionEvent): InspectionEvent {
  if (message.type === '@xstate.actor') return message;
  return { ...message, event: slimmed(message.event) as typeof message.event };
}

function slimmed(value: Json): Json {
  if (typeof value === 'string')
    return value.length <= TEXT_MAX ? value : `${value.slice(0, TEXT_MAX)}…`;
  if (Array.isArray(value)) return value.map(slimmed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, slimmed(one)]));
}
