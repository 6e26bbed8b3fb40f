/**
 * The desk of a team: where a person is asked who may sit at any terminal. A question is written to the stream
 * `desk-<team>`, its answer comes through the team's inbox (so it is an event of the team too); where the leader
 * has a terminal of its own, whoever answers first has answered.
 *
 * Invariants
 * 1. An answer counts only for a question that waits now: it names the question, and came after it was asked.
 * 2. An approval names the hash of the very bytes that were shown; another hash is no approval.
 * 3. A question that is not needed any more is closed, and opening a desk voids those of a leader that died.
 * 4. Silence is never a yes: whoever waits has a time-out of their own, and the signal ends the wait.
 */
import { randomUUID } from 'node:crypto';
import { WorkFailure } from '../../actors/worker.ts';
import type { EventDefinition, JsonObject, RawEvent } from '../../events/event.ts';
import { deskStream, inboxStream, type TeamId } from '../../events/ids.ts';
import { type EventCatalog, UnreadableEvent } from '../../events/known-events.ts';
import { ANY_REVISION, type EventStore } from '../../events/store.ts';
import { personAnswered } from '../../events/words/agent.ts';
import { deskOpened, personAsked, questionClosed } from '../../events/words/desk.ts';
import { APPROVAL_MAX, type ApproveBytes, hashOf } from './approval.ts';
import { type Person, personBy } from './person.ts';

interface DeskOptions {
  store: EventStore;
  catalog: EventCatalog;
  /** Whoever sits at this process's own terminal. */
  terminal?: Person;
  now?: () => number;
}

interface Answer {
  approved?: boolean;
  text: string;
  by: string;
}

interface Question {
  kind: 'question' | 'approval';
  title: string;
  bytes: Buffer;
  signal: AbortSignal;
  team: TeamId | undefined;
}

/** Who answers are recorded as. */
const NAME = 'person';

/** A person who may be asked at the desks of the teams that this process leads. */
export function createDesk({ store, catalog, terminal, now = Date.now }: DeskOptions): Person {
  const opened = new Map<TeamId, Promise<void>>();
  const say = async (at: TeamId, { type, version }: EventDefinition, data: JsonObject) => {
    catalog.check(type, version, data);
    const meta = JSON.stringify({ at: now(), turn: 0 });
    const event = { id: randomUUID(), type, version, data: JSON.stringify(data), meta };
    await store.append(deskStream(at), [event], ANY_REVISION);
  };

  const open = (team: TeamId): Promise<void> => {
    const opening = opened.get(team) ?? say(team, deskOpened, { team });
    opened.set(team, opening);
    return opening;
  };

  /** Asks at the desk and at the terminal; the first answer counts, and the other is taken back. */
  const ask = async (
    { kind, title, bytes, signal, team }: Question,
    here: ((signal: AbortSignal) => Promise<Answer>) | undefined,
  ): Promise<Answer> => {
    if (team === undefined) return here ? here(signal) : Promise.reject(nobody());
    await open(team);
    const question = randomUUID().slice(0, 8);
    const hash = hashOf(bytes);
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    const after = await store.head(inboxStream(team));
    const wanted = { question, ...(kind === 'approval' ? { hash } : {}) };
    const elsewhere = answerInInbox({ store, catalog, team, after, wanted, signal: both });
    elsewhere.catch(() => {});
    try {
      const shown = bytes.toString('base64');
      await say(team, personAsked, { question, kind, title, bytes: shown, hash });
      // Nobody at the terminal is no answer: then the desk alone is waited at.
      const typed = here?.(both).catch((error: unknown) => {
        if (error instanceof WorkFailure && error.kind === 'nobody') return elsewhere;
        throw error;
      });
      return await Promise.race([elsewhere, ...(typed ? [typed] : [])]);
    } finally {
      over.abort();
      const reason = signal.aborted ? 'not needed any more' : 'answered';
      await say(team, questionClosed, { question, reason }).catch(() => {});
    }
  };

  const approveBytes: ApproveBytes = async ({ title, bytes, signal, team }) => {
    const hash = hashOf(bytes);
    if (bytes.length > APPROVAL_MAX) {
      const text = `${bytes.length} bytes are more than a person can look through (${APPROVAL_MAX})`;
      return { approved: false, hash, by: NAME, text };
    }
    const question: Question = { kind: 'approval', title, bytes: Buffer.from(bytes), signal, team };
    const here =
      terminal && ((own: AbortSignal) => terminal.approveBytes({ title, bytes, signal: own }));
    const { approved = false, by, text } = await ask(question, here);
    return { approved, hash, by, text };
  };

  const askText: Person['askText'] = async (text, signal, team) => {
    const bytes = Buffer.from(text, 'utf8');
    const question: Question = { kind: 'question', title: 'a question', bytes, signal, team };
    const here =
      terminal &&
      (async (own: AbortSignal) => ({ text: await terminal.askText(text, own), by: NAME }));
    return (await ask(question, here)).text;
  };

  return personBy(NAME, askText, approveBytes);
}

interface Waiting {
  store: EventStore;
  catalog: EventCatalog;
  team: TeamId;
  /** Revision of the inbox when it was asked. */
  after: number;
  wanted: { question: string; hash?: string };
  signal: AbortSignal;
}

/** The answer from another process. Subscribes at once; rejects when the signal is aborted. */
function answerInInbox({ store, catalog, team, after, wanted, signal }: Waiting): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      subscription.close();
      signal.removeEventListener('abort', stop);
      act();
    };
    const stop = () => settle(() => reject(cancelled()));
    const subscription = store.subscribe({
      stream: inboxStream(team),
      afterRevision: after,
      onEvents: (events) => {
        for (const raw of events) {
          const answer = answerIn(raw, catalog, wanted);
          if (answer) settle(() => resolve(answer));
        }
      },
      onError: (error) => settle(() => reject(error)),
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** What somebody else says in the inbox is not for us to judge: the leader does. */
function answerIn(
  raw: RawEvent,
  catalog: EventCatalog,
  { question, hash }: Waiting['wanted'],
): Answer | undefined {
  if (raw.type !== personAnswered.type) return undefined;
  try {
    const data = catalog.decode(raw, 'outside').data as unknown as Answer & { question?: string };
    const fits = data.question === question && (hash === undefined || data.text.includes(hash));
    return fits ? data : undefined;
  } catch (error) {
    if (error instanceof UnreadableEvent) return undefined;
    throw error;
  }
}

const cancelled = (): WorkFailure => new WorkFailure('cancelled', 'the question was taken back');

const nobody = (): WorkFailure => new WorkFailure('nobody', 'there is no terminal');
