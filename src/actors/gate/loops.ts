/**
 * Loops: an agent that says the same again where nothing has changed, and a matter that is handed round.
 *
 * A situation is what the agent's turn allows and shows, by content, and what it has heard since. A saying that
 * returns in the same situation, or a text that is handed on to somebody who has handed it on before
 * (A -> B -> A), is a return. Whoever has so many of them as the limit allows gets no further paid work.
 *
 * Invariants
 * 1. Only what models say is looked at: a machine of one's own may say the same as often as it likes, unless
 *    the team's limits name `repeats`.
 * 2. Anything new that it says, or that a person tells it, sets an agent free.
 * 3. What is remembered is bounded: `WINDOW` sayings and texts, `SUBJECTS` matters. Longer loops end at the
 *    limits of messages and work.
 */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../events/event.ts';
import type { FoldedEvent, Notice, Policy } from './policy.ts';

/** How often the same may be said when nobody says otherwise. */
const REPEATS = 3;
const WINDOW = 256;
const SUBJECTS = 64;
const CHAIN_MAX = 16;

interface Situation {
  /** Fingerprint of what the turn allows and shows. */
  task: string;
  /** Fingerprints of what was heard since, each once. */
  heard: string[];
}

interface Matter {
  subject: string;
  /** Who has held it, in order. */
  holders: string[];
  returns: number;
}

export interface Loops {
  repeats: number;
  /** Every actor is looked at, not only agents. */
  all: boolean;
  situations: { [actor: string]: Situation };
  sayings: string[];
  /** Fingerprints of what a turn may show, by revision. */
  shown: [revision: number, print: string][];
  matters: Matter[];
  /** How often each has said the same, while it still does. */
  looping: { [actor: string]: number };
}

export const loops: Policy<Loops> = {
  name: 'loops',
  initial: ({ limits }) => ({
    repeats: limits.repeats ?? REPEATS,
    all: limits.repeats !== undefined,
    situations: {},
    sayings: [],
    shown: [],
    matters: [],
    looping: {},
  }),
  apply(state, event) {
    switch (event.type) {
      case 'agent.joined':
        return situate(free(state, String(event.data['actor'])), String(event.data['actor']), '');
      case 'turn.granted':
        return takeTurn(state, event);
      case 'message.told':
        return event.to.reduce((told, actor) => hear(free(told, actor), actor, event), state);
      case 'task.created':
        return handOn(state, event, String(event.data['title']), [event.data['owner']]);
    }
    return event.message && event.actor !== undefined ? say(state, event, event.actor) : state;
  },
  judge({ looping, repeats }, { work, effect }) {
    const times = looping[work.actor] ?? 0;
    if (times < repeats || (effect !== 'paid' && effect !== 'once')) return undefined;
    const message = `${work.actor} has said the same ${times} times, and nothing has changed between`;
    return { refuse: { limit: 'loop', message } };
  },
  notices,
};

/** Told once, before the last time that is allowed. */
function notices(before: Loops, after: Loops): Notice[] {
  if (before.looping === after.looping) return [];
  const { repeats } = after;
  return Object.keys(after.looping)
    .filter(
      (actor) => after.looping[actor] === repeats - 1 && before.looping[actor] !== repeats - 1,
    )
    .map((actor) => ({
      type: 'limit.neared',
      data: { limit: 'loop', used: repeats - 1, of: repeats, actor },
    }));
}

const printOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);

const situate = (state: Loops, actor: string, task: string): Loops => ({
  ...state,
  situations: { ...state.situations, [actor]: { task, heard: [] } },
});

function free(state: Loops, actor: string): Loops {
  if (state.looping[actor] === undefined) return state;
  const { [actor]: _, ...looping } = state.looping;
  return { ...state, looping };
}

/** The same moves over the same texts are the same task, whatever the number of the round. */
function takeTurn(state: Loops, { data }: FoldedEvent): Loops {
  const agent = String(data['agent']);
  if (!state.situations[agent]) return state;
  const material = (data['material'] ?? []) as number[];
  const texts = material.map((at) => state.shown.find(([revision]) => revision === at)?.[1] ?? at);
  return situate(state, agent, printOf(data['moves'], data['purpose'], texts));
}

function say(before: Loops, event: FoldedEvent, actor: string): Loops {
  if (!before.situations[actor] && !before.all) return before;
  const { grant: _grant, seq: _seq, ...words } = event.data;
  const content = printOf(event.type, words);
  const { task, heard } = before.situations[actor] ?? { task: '', heard: [] };
  const saying = printOf(actor, event.to, content, task, heard);
  const times = 1 + before.sayings.filter((one) => one === saying).length;
  const said: Loops = {
    ...before,
    sayings: [...before.sayings, saying].slice(-WINDOW),
    shown: [...before.shown, [event.revision, content] as [number, string]].slice(-WINDOW),
  };
  const now = times === 1 ? free(said, actor) : looped(said, actor, times);
  const told = event.to.reduce((state, hearer) => hear(state, hearer, event), now);
  return event.type === 'message.sent'
    ? handOn(told, event, String(event.data['text']), event.to)
    : told;
}

const looped = (state: Loops, actor: string, times: number): Loops => ({
  ...state,
  looping: { ...state.looping, [actor]: Math.max(times, state.looping[actor] ?? 0) },
});

/** What somebody hears is part of its situation; the same once more changes nothing. */
function hear(state: Loops, hearer: string, { type, data }: FoldedEvent): Loops {
  const situation = state.situations[hearer];
  if (!situation) return state;
  const { seq: _, ...words } = data;
  const print = printOf(type, words);
  if (situation.heard.includes(print)) return state;
  const heard = [...situation.heard, print].sort().slice(-SUBJECTS);
  return { ...state, situations: { ...state.situations, [hearer]: { ...situation, heard } } };
}

/** A matter is handed to others: it returns when it comes to somebody who has held it before. */
function handOn(
  before: Loops,
  { actor }: FoldedEvent,
  text: string,
  to: readonly (JsonObject[string] | undefined)[],
): Loops {
  if (actor === undefined || !before.situations[actor]) return before;
  let state = before;
  for (const hearer of to)
    if (typeof hearer === 'string' && hearer !== actor && state.situations[hearer])
      state = passOn(state, actor, hearer, printOf(plain(text)));
  return state;
}

const plain = (text: string): string => text.toLowerCase().replace(/\W+/g, ' ').trim();

function passOn(state: Loops, from: string, to: string, subject: string): Loops {
  const before = state.matters.find((one) => one.subject === subject);
  // Whoever gives it away again without having got it back begins anew.
  const travels = before?.holders.at(-1) === from;
  const holders = travels ? before.holders : [from];
  const returns = (before?.returns ?? 0) + (holders.includes(to) ? 1 : 0);
  const matter = { subject, holders: [...holders, to].slice(-CHAIN_MAX), returns };
  const others = state.matters.filter((one) => one !== before);
  const passed = { ...state, matters: [...others, matter].slice(-SUBJECTS) };
  return returns > (before?.returns ?? 0) ? looped(passed, from, returns + 1) : passed;
}
