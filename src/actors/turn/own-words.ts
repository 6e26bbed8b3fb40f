/**
 * What an actor of one's own hears of an event: the event as XState knows it. Who said it, where and when can be
 * asked for, and does not count among what was said.
 */
import type { Json, JsonObject } from '../../events/event.ts';
import { decode, decodeEvent } from '../../events/value.ts';
import { actorObserved } from '../../events/words/team.ts';
import { isFailure, workDone } from '../../events/words/work.ts';
import { doneEvent, errorEvent, OBSERVED } from '../machine/xstate-names.ts';
import type { Told } from '../own/effects.ts';
import type { OwedWork } from '../state/team-state.ts';
import type { TurnDraft, TurnEvent } from './draft.ts';
import { systemOf } from './own-place.ts';

export function wordsFor(draft: TurnDraft, event: TurnEvent, from: string): Told {
  const { revision, type, data, meta } = event;
  const given = draft.post.wordsOf(event);
  if (given) return given;
  const { codec } = systemOf(draft);
  if (type === actorObserved.type) {
    const status = observation(data['status']);
    return { type: OBSERVED[status], data: decode(data['value'] ?? null, codec) };
  }
  return beside(decodeEvent(type, data, codec), { from, revision, at: meta.at });
}

const observation = (status: Json | undefined): keyof typeof OBSERVED =>
  status === 'failed' || status === 'done' ? status : 'active';

/** Facts that may be asked for and that do not count among what was said. */
function beside(heard: Told, facts: { [name: string]: unknown }): Told {
  for (const [name, value] of Object.entries(facts))
    if (!(name in heard)) Object.defineProperty(heard, name, { value, configurable: true });
  return heard;
}

/** The end of a promise, or of a worker's work, as XState says it to an actor of one's own. */
export function endOf(draft: TurnDraft, { invoke, session }: OwedWork, event: TurnEvent): Told {
  const { type, data, revision, meta } = event;
  const { codec } = systemOf(draft);
  const facts = { revision, at: meta.at };
  if (!isFailure(type)) {
    const output = type === workDone.type ? decode(data['output'] ?? null, codec) : data;
    return beside({ type: doneEvent(invoke), output, actorId: invoke }, facts);
  }
  const error =
    data['error'] === undefined ? failureOf(data, session) : decode(data['error'], codec);
  return beside({ type: errorEvent(invoke), error, actorId: invoke }, facts);
}

/** What the runtime says against a promise of one's own is an error; a worker's failure is as its event says. */
function failureOf(data: JsonObject, session: string | undefined): unknown {
  if (session === undefined) return data;
  const { message, ...fields } = data;
  const error = new Error(String(message));
  error.name = 'WorkFailure';
  return Object.assign(error, fields);
}
