/**
 * Repeats: an agent that says the same again where nothing has changed, and a matter that is handed round.
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
import type { Readings } from '../../events/event.ts';
import { limitNeared } from '../../events/words/work.ts';
import type { FoldedEvent, Notice, Policy } from './policy.ts';

/** How often the same may be said when nobody says otherwise. */
const REPEATS = 3;
const WINDOW = 256;
const SUBJECTS = 64;
const CHAIN_MAX = 16;

type Assignment = ReturnType<NonNullable<Readings['assigns']>>;

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

export interface Repeats {
  /** How often the same may be said. */
  limit: number;
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

export const repeats: Policy<Repeats> = {
  name: 'repeats',
  initial: ({ limits }) => ({
    limit: limits.repeats ?? REPEATS,
    all: limits.repeats !== undefined,
    situations: {},
    sayings: [],
    shown: [],
    matters: [],
    looping: {},
  }),
  apply(state, event) {
    const { seats, assigns, isNews, hands } = event.reads;
    if (seats) return sitDown(state, seats(event.data).actor);
    if (assigns) return takeOn(state, assigns(event.data));
    if (isNews)
      return event.to.reduce((told, actor) => hear(free(told, actor), actor, event), state);
    if (event.actor === undefined) return state;
    const said = event.message ? say(state, event, event.actor) : state;
    if (!hands) return said;
    const { matter, to } = hands(event.data, event.to);
    return handOn(said, event.actor, matter, to);
  },
  judge({ looping, limit }, { work, effect }) {
    const times = looping[work.actor] ?? 0;
    if (times < limit || (effect !== 'paid' && effect !== 'once')) return undefined;
    const message = `${work.actor} has said the same ${times} times, and nothing has changed between`;
    return { refuse: { limit: 'loop', message } };
  },
  notices,
};

/** Told once, before the last time that is allowed. */
function notices(before: Repeats, after: Repeats): Notice[] {
  if (before.looping === after.looping) return [];
  const { limit } = after;
  return Object.keys(after.looping)
    .filter((actor) => after.looping[actor] === limit - 1 && before.looping[actor] !== limit - 1)
    .map((actor) => ({
      type: limitNeared.type,
      data: { limit: 'loop', used: limit - 1, of: limit, actor },
    }));
}

const printOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);

const situate = (state: Repeats, actor: string, task: string): Repeats => ({
  ...state,
  situations: { ...state.situations, [actor]: { task, heard: [] } },
});

function free(state: Repeats, actor: string): Repeats {
  if (state.looping[actor] === undefined) return state;
  const { [actor]: _, ...looping } = state.looping;
  return { ...state, looping };
}

/** Nothing that was said here before is held against a successor. */
const sitDown = (state: Repeats, actor: string): Repeats => situate(free(state, actor), actor, '');

/** The same moves over the same texts are the same task, whatever the number of the round. */
function takeOn(state: Repeats, { actor, shown, task }: Assignment): Repeats {
  if (!state.situations[actor]) return state;
  const texts = shown.map((at) => state.shown.find(([revision]) => revision === at)?.[1] ?? at);
  return situate(state, actor, printOf(...task, texts));
}

function say(before: Repeats, event: FoldedEvent, actor: string): Repeats {
  if (!before.situations[actor] && !before.all) return before;
  const { grant: _grant, seq: _seq, ...words } = event.data;
  const content = printOf(event.type, words);
  const { task, heard } = before.situations[actor] ?? { task: '', heard: [] };
  const saying = printOf(actor, event.to, content, task, heard);
  const times = 1 + before.sayings.filter((one) => one === saying).length;
  const said: Repeats = {
    ...before,
    sayings: [...before.sayings, saying].slice(-WINDOW),
    shown: [...before.shown, [event.revision, content] as [number, string]].slice(-WINDOW),
  };
  const now = times === 1 ? free(said, actor) : looped(said, actor, times);
  return event.to.reduce((state, hearer) => hear(state, hearer, event), now);
}

const looped = (state: Repeats, actor: string, times: number): Repeats => ({
  ...state,
  looping: { ...state.looping, [actor]: Math.max(times, state.looping[actor] ?? 0) },
});

/** What somebody hears is part of its situation; the same once more changes nothing. */
function hear(state: Repeats, hearer: string, { type, data }: FoldedEvent): Repeats {
  const situation = state.situations[hearer];
  if (!situation) return state;
  const { seq: _, ...words } = data;
  const print = printOf(type, words);
  if (situation.heard.includes(print)) return state;
  const heard = [...situation.heard, print].sort().slice(-SUBJECTS);
  return { ...state, situations: { ...state.situations, [hearer]: { ...situation, heard } } };
}

/** A matter is handed to others: it returns when it comes to somebody who has held it before. */
function handOn(before: Repeats, actor: string, text: string, to: readonly string[]): Repeats {
  if (!before.situations[actor]) return before;
  let state = before;
  for (const hearer of to)
    if (hearer !== actor && state.situations[hearer])
      state = passOn(state, actor, hearer, printOf(plain(text)));
  return state;
}

const plain = (text: string): string => text.toLowerCase().replace(/\W+/g, ' ').trim();

function passOn(state: Repeats, from: string, to: string, subject: string): Repeats {
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
