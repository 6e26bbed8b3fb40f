/**
 * Who has heard how much, in bytes: the measure of what the next request of each speaker may hold, so that a
 * call can be reserved for before it is built.
 *
 * Invariants
 * 1. The measure is never below what a request holds: bytes are more than tokens, frames are generous.
 * 2. What is remembered is bounded: `SHOWN_MAX` events one by one, of older ones the largest.
 */
import type { FoldedEvent } from './policy.ts';

interface Speaker {
  model: string;
  outputTokensMax: number;
  /** Tokens of its last paid reply; bytes it has heard since, and ever. */
  lastTokens: number;
  newBytes: number;
  allBytes: number;
  /** The part of `newBytes` that the call under way already holds. */
  claimed: number;
}

export interface Speakers {
  speakers: { [actor: string]: Speaker };
  /** Revision and bytes of the events that a brief may show as material. */
  shown: [revision: number, bytes: number][];
  /** The latest of them, moved to the others by and by: a list that is long is dear to copy at every event. */
  latest: [revision: number, bytes: number][];
  /** Bytes of the largest such event ever: what an older one is taken to have. */
  shownMax: number;
  requestBytes: number;
  /** Since a fork: asked instead of the model that a profile names. */
  model?: string;
}

export const NOBODY: Speakers = {
  speakers: {},
  shown: [],
  latest: [],
  shownMax: 0,
  requestBytes: 0,
};

/** What the Messages API adds around a message, and around tools, in tokens; generous. */
const FRAME = 128;
const TOOLS_FRAME = 1024;
/** How many events shown are remembered one by one: more than a team's messages are, unless limits are raised. */
const SHOWN_MAX = 128;
const LATEST_MAX = 16;

/** Everyone who hears an event, and who said it, has so much more to read. */
export function listen<All extends Speakers>(all: All, event: FoldedEvent): All {
  if (event.reads.seats) return seat(all, event);
  const { speakers } = all;
  const listeners = event.to.filter((actor) => speakers[actor]);
  const { actor: self } = event;
  if (self !== undefined && speakers[self] && !listeners.includes(self)) listeners.push(self);
  if (listeners.length === 0) return event.message ? show(all, event) : all;
  const bytes = event.bytes + FRAME + shownBytesOf(all, event);
  const more: Speakers['speakers'] = {};
  for (const actor of listeners) {
    const before = speakers[actor];
    if (!before) continue;
    const { newBytes, allBytes } = before;
    more[actor] = { ...before, newBytes: newBytes + bytes, allBytes: allBytes + bytes };
  }
  const told = { ...all, speakers: { ...speakers, ...more } };
  return event.message ? show(told, event) : told;
}

/** Bounded, or the ledger and every snapshot of it would grow with the stream. */
function show<All extends Speakers>(all: All, { revision, bytes }: FoldedEvent): All {
  const latest: Speakers['latest'] = [...all.latest, [revision, bytes]];
  const shownMax = Math.max(all.shownMax, bytes);
  if (latest.length < LATEST_MAX) return { ...all, latest, shownMax };
  return { ...all, shown: [...all.shown, ...latest].slice(-SHOWN_MAX), latest: [], shownMax };
}

function seat<All extends Speakers>(all: All, event: FoldedEvent): All {
  const seated = event.reads.seats?.(event.data);
  if (!seated) return all;
  const { actor, model, outputTokensMax } = seated;
  // A successor is shown the transcript of those who sat here before it.
  const before = all.speakers[actor]?.allBytes ?? 0;
  const bytes = event.bytes + all.requestBytes + TOOLS_FRAME + before;
  const speaker: Speaker = {
    model: all.model ?? model,
    outputTokensMax,
    lastTokens: 0,
    newBytes: bytes,
    allBytes: bytes,
    claimed: 0,
  };
  return { ...all, speakers: { ...all.speakers, [actor]: speaker } };
}

/** A call of this actor begins: it holds all that the actor has heard. */
export function claim<All extends Speakers>(all: All, actor: string): All {
  const speaker = all.speakers[actor];
  return speaker ? changed(all, actor, { ...speaker, claimed: speaker.newBytes }) : all;
}

/** A call has come back: its request and answer had `tokens`, and only what came since is new. */
export function heard<All extends Speakers>(
  all: All,
  actor: string | undefined,
  lastTokens: number,
): All {
  const speaker = actor === undefined ? undefined : all.speakers[actor];
  if (actor === undefined || !speaker) return all;
  const newBytes = speaker.newBytes - speaker.claimed;
  return changed(all, actor, { ...speaker, lastTokens, newBytes, claimed: 0 });
}

const changed = <All extends Speakers>(all: All, actor: string, speaker: Speaker): All => ({
  ...all,
  speakers: { ...all.speakers, [actor]: speaker },
});

/** Calls under way are not this team's; another model counts tokens in its own way, so bytes count again. */
export function underModel<All extends Speakers>(all: All, model: string | undefined): All {
  const speakers: Speakers['speakers'] = {};
  for (const [actor, speaker] of Object.entries(all.speakers))
    speakers[actor] =
      model === undefined
        ? { ...speaker, claimed: 0 }
        : { ...speaker, model, lastTokens: 0, newBytes: speaker.allBytes, claimed: 0 };
  return { ...all, speakers, ...(model === undefined ? {} : { model }) };
}

function shownBytesOf(all: Speakers, { reads, data }: FoldedEvent): number {
  const shown = reads.assigns?.(data).shown ?? [];
  return shown.reduce((sum, revision) => sum + bytesAt(all, revision) + FRAME, 0);
}

function bytesAt({ shown, latest, shownMax }: Speakers, revision: number): number {
  const isIt = ([at]: [revision: number, bytes: number]) => at === revision;
  const known = latest.find(isIt) ?? shown.find(isIt);
  if (known) return known[1];
  const [oldest] = shown;
  return oldest && shown.length === SHOWN_MAX && revision < oldest[0] ? shownMax : 0;
}
