/**
 * What comes to a team from outside: how it is written down, and what nobody outside may say.
 *
 * Invariant: the runtime's own words and XState's are never taken from outside, whoever says them; requests to
 * stop, to pause and to continue, and what people say, are.
 */
import type { JsonObject } from '../events/event.ts';
import { type EventCatalog, UNTYPED } from '../events/known-events.ts';
import { encodeEvent } from '../events/value.ts';
import { vocabulary } from '../events/words/index.ts';
import type { Door } from './machine/registered-machine.ts';
import { isXstates } from './machine/xstate-names.ts';
import { isRuntimes } from './turn/own-events.ts';

const OURS = new Set(vocabulary.map(({ type }) => type));

/** Of our own words, what may be said from outside; a user's own types all may. */
const FROM_OUTSIDE = new Set([
  'team.stopRequested',
  'team.paused',
  'team.continued',
  'message.told',
  'person.answered',
]);

/** Whether a team may be told this; `own`: its root is a machine of one's own, whose words are its own. */
export function isForOutsiders(type: string, own: boolean): boolean {
  if (isXstates(type)) return false;
  if (FROM_OUTSIDE.has(type)) return true;
  return own ? !isRuntimes(type) : !OURS.has(type);
}

/** What is wrong with an event that a machine is sent, by the shape that the machine accepts; undefined when it fits. */
function misfit(
  event: { type: string; [key: string]: unknown },
  accepts: Door['accepts'],
): string | undefined {
  const shape = Object.hasOwn(accepts, event.type) ? accepts[event.type] : undefined;
  const parsed = shape?.safeParse(event);
  if (!parsed || parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return `"${event.type}" does not fit what the machine accepts at ${issue?.path.join('.') || 'the top'}: ${issue?.message}`;
}

/** An event as it goes into the inbox. Throws a TypeError for what may not come in. */
export function writtenFromOutside(
  event: { type: string; [key: string]: unknown },
  catalog: EventCatalog,
  { own, accepts }: Door,
): { version: number; data: JsonObject } {
  const { type, ...data } = event;
  if (own && !isForOutsiders(type, own))
    throw new TypeError(`"${type}" is a word of the runtime's own, and may not be sent`);
  const wrong = misfit(event, accepts);
  if (wrong !== undefined) throw new TypeError(wrong);
  const defined = !own || FROM_OUTSIDE.has(type) || catalog.isUsers(type);
  const version = (defined ? catalog.get(type)?.version : undefined) ?? UNTYPED;
  const written: JsonObject = own ? encodeEvent(event) : JSON.parse(JSON.stringify(data));
  catalog.check(type, version, written);
  return { version, data: written };
}
