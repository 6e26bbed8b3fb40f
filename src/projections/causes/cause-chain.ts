/**
 * Why: the chain of causes from an event back to the request. Within a turn an event follows from the one that was
 * heard before it; a result follows from the event that made the work owed; a timer from what armed it.
 *
 * Invariant: every step is earlier than the one after it, so the chain ends; it ends at the request, at a word from
 * outside, or at a new leader.
 */

import { tokensOf, type Usage } from '../../events/amounts.ts';
import type { JsonObject, RecordedEvent } from '../../events/event.ts';
import { fieldsOf, numberIn } from '../../events/fields.ts';
import { armedAt } from '../../events/work-id.ts';
import { lineOf } from '../transcript/transcript.ts';

export interface CauseStep {
  revision: number;
  type: string;
  at: number;
  /** Who said it, or whose work it settles; empty for the runtime. */
  by: string;
  /** What it says, for people. */
  text: string;
  /** How the step after it follows: it was heard, its work settled, its timer fired; null for the event asked for. */
  led: 'heard' | 'settled' | 'fired' | null;
  /** The work that it settles. */
  work: string | null;
  /** For an answer of a model: the turn that was granted, and what was shown with it. */
  grant: { revision: number; grant: number; material: Shown[] } | null;
  /** What this step cost. */
  tokens: number;
}

/** Material of a prompt: what else had to be said for this to be said. */
interface Shown {
  revision: number;
  type: string;
  by: string;
}

export interface CauseChain {
  /** From the beginning to the event asked for. */
  steps: CauseStep[];
  /** Of the steps; what was shown as material has chains of its own. */
  tokens: number;
  /** Where it began: `request`, `outside`, or `leader`. */
  origin: 'request' | 'outside' | 'leader';
}

/** The chain to a revision; throws a RangeError when there is no such event. Events are the stream's, from 0. */
export function causeChain(events: readonly RecordedEvent[], revision: number): CauseChain {
  const steps: CauseStep[] = [];
  let led: CauseStep['led'] = null;
  for (let at: number | null = revision; at !== null; ) {
    const event: RecordedEvent | undefined = events[at];
    if (!event)
      throw new RangeError(`there is no revision ${at}; the last is ${events.length - 1}`);
    steps.unshift(stepOf(events, event, led));
    const cause: Cause | null = causeOf(event) ?? before(events, event);
    led = cause?.how ?? null;
    at = cause ? cause.revision : null;
  }
  const first = events[steps[0]!.revision]!;
  return {
    steps,
    tokens: steps.reduce((sum, { tokens }) => sum + tokens, 0),
    origin:
      first.type === 'team.formed'
        ? 'request'
        : first.meta.origin === undefined
          ? 'leader'
          : 'outside',
  };
}

interface Cause {
  revision: number;
  how: NonNullable<CauseStep['led']>;
}

function causeOf({ revision, type, data, meta }: RecordedEvent): Cause | null {
  // A verdict says which work it judges: what made it owed is its cause, not what happened to be heard last.
  const armed = meta.work === undefined ? undefined : armedAt(meta.work);
  if (armed !== undefined && armed < revision) return { revision: armed, how: 'settled' };
  if (meta.causationId !== undefined) return { revision: meta.causationId, how: 'heard' };
  const timer = type === 'timer.fired' ? Number(data['armed']) : Number.NaN;
  return timer < revision ? { revision: timer, how: 'fired' } : null;
}

/** Said at the end of a turn, when nothing is left to be heard: it follows from all before it. */
function before(events: readonly RecordedEvent[], { revision, meta }: RecordedEvent): Cause | null {
  const last = events[revision - 1];
  return last?.meta.turn === meta.turn ? { revision: last.revision, how: 'heard' } : null;
}

function stepOf(
  events: readonly RecordedEvent[],
  event: RecordedEvent,
  led: CauseStep['led'],
): CauseStep {
  const { by, text } = lineOf(event);
  const usage = event.data['usage'] as Usage | undefined;
  const spent = numberIn(fieldsOf(event.data['spent'])['tokens']);
  return {
    revision: event.revision,
    type: event.type,
    at: event.meta.at,
    by,
    text,
    led,
    work: event.meta.work ?? null,
    grant: event.type.startsWith('model.') ? grantFor(events, event) : null,
    tokens: spent ?? (usage ? tokensOf(usage) : 0),
  };
}

/** The turn that an answer belongs to: the last one granted to its agent before the call was owed. */
function grantFor(events: readonly RecordedEvent[], event: RecordedEvent): CauseStep['grant'] {
  const agent = lineOf(event).by;
  for (let at = armedAt(event.meta.work ?? '') ?? event.revision; at >= 0; at--) {
    const { type, data } = events[at]!;
    if (type !== 'turn.granted' || data['agent'] !== agent) continue;
    const material = (data['material'] as number[]).flatMap((revision) =>
      shownAt(events, revision),
    );
    return { revision: at, grant: Number(data['grant']), material };
  }
  return null;
}

function shownAt(events: readonly RecordedEvent[], revision: number): Shown[] {
  const event = events[revision];
  return event ? [{ revision, type: event.type, by: lineOf(event).by }] : [];
}

/** The event that an artifact stands for: by title or path, the newest; undefined when nobody registered it. */
export function artifactRevision(
  events: readonly RecordedEvent[],
  name: string,
): number | undefined {
  const wanted = name.toLowerCase();
  const registered = events.filter(({ type }) => type === 'artifact.registered');
  const named = ({ data }: { data: JsonObject }, is: (text: string) => boolean) =>
    [data['path'], data['title'], data['task']].some(
      (text) => typeof text === 'string' && is(text.toLowerCase()),
    );
  const event =
    registered.findLast((one) => named(one, (text) => text === wanted)) ??
    registered.findLast((one) => named(one, (text) => text.includes(wanted)));
  if (!event) return undefined;
  const { held } = event.data;
  return typeof held === 'number' ? held : event.revision;
}
