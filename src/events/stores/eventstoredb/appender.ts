/**
 * Appends: sent at once for different streams, one after the other within a stream.
 *
 * Invariants
 * 1. At most one append of a stream is under way: the server may swap two that arrive together.
 * 2. Each attempt of one append carries the same ids at the same exact revision, so a repetition after an unknown
 *    outcome never writes twice, and a rival's event is never taken for ours. Where any revision will do the
 *    head is read: what the server remembers of appends without a revision does not outlive it.
 * 3. What cannot be written is refused before it is sent; a team is not begun where its turns would not fit.
 * 4. An answer without a position is looked at: of what was deleted the server says that it is there.
 */
import type { NewEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import {
  ANY_REVISION,
  type Appended,
  type ExpectedRevision,
  NO_STREAM,
  PAGE_MAX,
  RevisionConflict,
  StoreFailure,
} from '../../store.ts';
import { BatchAppend } from './batch-append.ts';
import type { Connection } from './connection.ts';
import type { Damage } from './damage.ts';
import { BatchRefused } from './failure.ts';
import { type Batch, batch, sizeProbe } from './protocol.ts';
import type { Reader } from './reader.ts';
import type { Wire } from './wire.ts';

/** What a server takes in one append by default, up to 25.0. */
const APPEND_BYTES_MAX = 1024 * 1024;
/** What the turns of a team may take in one append. */
const TEAM_BYTES = 512 * 1024;
/** Rivals for the end of a stream that an append at any revision gives way to. */
const RIVALS_MAX = 100;

export class Appender {
  readonly #last = new Map<StreamName, Promise<unknown>>();
  /** Of appends at any revision whose outcome is not known: they may stand in the stream. */
  readonly #unsure = new Set<string>();
  #calls = new WeakMap<Wire, BatchAppend>();
  #fits: Promise<void> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly reader: Reader,
    private readonly damage: Damage,
    /** Undefined: as on the server, which is asked before a team is begun. */
    private readonly limit?: number,
  ) {}

  append(
    stream: StreamName,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    const ready = batch(stream, events, expected === ANY_REVISION ? NO_STREAM : expected);
    const bytesMax = this.limit ?? APPEND_BYTES_MAX;
    if (ready.bytes > bytesMax) throw tooLarge(ready, ready.bytes, bytesMax);
    const send = () => (expected === ANY_REVISION ? this.#atAny(ready) : this.#at(ready));
    const before = this.#last.get(stream);
    const appended = before ? before.then(send, send) : send();
    this.#last.set(stream, appended);
    const forget = () => {
      if (this.#last.get(stream) === appended) this.#last.delete(stream);
    };
    appended.then(forget, forget);
    return appended;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.allSettled([...this.#last.values()]);
  }

  async #at(ready: Batch): Promise<Appended> {
    const isNewTeam = ready.expected === NO_STREAM && ready.stream.startsWith('team-');
    if (isNewTeam && this.limit === undefined) await this.#teamsFit(ready.stream);
    return this.#send(ready);
  }

  /** After the head that is there, and again when a rival was quicker. */
  async #atAny(ready: Batch): Promise<Appended> {
    const { stream, ids } = ready;
    const [firstId = ''] = ids;
    for (let rivals = 0; ; rivals++) {
      const there = await this.#standing(ready, this.#unsure.has(firstId));
      if (there.repeat) return there.repeat;
      try {
        const appended = await this.#send({ ...ready, expected: there.head });
        this.#unsure.delete(firstId);
        return appended;
      } catch (error) {
        const lost = error instanceof StoreFailure && error.kind === 'unavailable';
        if (lost) this.#unsure.add(firstId);
        if (!(error instanceof RevisionConflict)) throw error;
        if (rivals >= RIVALS_MAX)
          throw new StoreFailure(
            `append to ${stream}: others were quicker ${rivals} times; try again later`,
            'unavailable',
            { cause: error },
          );
        this.#unsure.add(firstId);
      }
    }
  }

  /** The head of the stream, or where the whole attempt stands already. */
  async #standing(
    { stream, ids }: Batch,
    isUnsure: boolean,
  ): Promise<{ head: number; repeat?: Appended }> {
    const count = isUnsure ? PAGE_MAX : ids.length;
    const from = { stream, revision: 'end' as const };
    const shape = { from, backward: true, count };
    const newest = await this.reader.events(`read the head of ${stream}`, shape);
    const head = newest[0]?.revision ?? NO_STREAM;
    const wanted = [...ids].reverse();
    for (let i = 0; i + wanted.length <= newest.length; i++) {
      if (!wanted.every((id, n) => newest[i + n]?.id.toLowerCase() === id)) continue;
      const { revision = head, position = -1 } = newest[i] ?? {};
      return { head, repeat: { revision, position } };
    }
    return { head };
  }

  async #send(ready: Batch): Promise<Appended> {
    const doing = `append to ${ready.stream}`;
    let attempts = 0;
    const { revision, position } = await this.connection
      .run(doing, (wire) => {
        attempts++;
        return this.#call(wire).send(ready);
      })
      .catch((error: unknown) => {
        throw sizeTold(error, ready);
      });
    const begins = revision - ready.ids.length + 1;
    if (ready.expected === NO_STREAM && begins > 0 && ready.stream.startsWith('team-'))
      throw new StoreFailure(
        `${ready.stream} was deleted, and would begin at revision ${begins}: use another team id`,
        'deleted',
      );
    // Of an append that was there before, servers tell the position of its beginning or none.
    if (position !== undefined && attempts === 1) return { revision, position };
    return this.#found(ready, revision);
  }

  /** What the server says is there. */
  async #found({ stream, ids }: Batch, revision: number): Promise<Appended> {
    const shape = { from: { stream, revision }, count: 1 };
    const [last] = await this.reader.events(`read the end of an append to ${stream}`, shape);
    if (last?.revision === revision && last.id.toLowerCase() === ids.at(-1))
      return { revision, position: last.position };
    const damage = await this.damage.of(stream);
    throw new StoreFailure(
      `append to ${stream}: nothing was written, since the server knows these events from before, and they are ` +
        `there no more: ${damage ?? 'they were cut off or scavenged'}`,
      'deleted',
    );
  }

  /** Asked once, by an append that cannot succeed: how much a server takes it tells only when that is exceeded. */
  #teamsFit(stream: StreamName): Promise<void> {
    this.#fits ??= this.#probe(stream).catch((error) => {
      this.#fits = undefined;
      throw error;
    });
    return this.#fits;
  }

  async #probe(stream: StreamName): Promise<void> {
    const probe = sizeProbe(stream, TEAM_BYTES);
    try {
      await this.connection.run('ask how much an append may hold', (wire) =>
        this.#call(wire).send(probe),
      );
    } catch (error) {
      const cause = error instanceof StoreFailure ? error.cause : undefined;
      if (cause instanceof BatchRefused && cause.bytesMax !== undefined)
        throw new StoreFailure(
          `the server takes ${cause.bytesMax} bytes in one append (its --max-append-size), and the turns of a ` +
            `team may need ${TEAM_BYTES}: raise it there; no team was begun`,
          'tooLarge',
        );
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }

  #call(wire: Wire): BatchAppend {
    let call = this.#calls.get(wire);
    if (!call) {
      call = new BatchAppend(wire, this.connection.limits.timeoutMs);
      this.#calls.set(wire, call);
    }
    return call;
  }
}

function sizeTold(error: unknown, ready: Batch): unknown {
  const cause = error instanceof StoreFailure ? error.cause : undefined;
  if (!(cause instanceof BatchRefused) || cause.bytesMax === undefined) return error;
  return tooLarge(ready, ready.dataBytes, cause.bytesMax);
}

function tooLarge({ stream, messages }: Batch, bytes: number, bytesMax: number): StoreFailure {
  return new StoreFailure(
    `append to ${stream}: ${messages.length} events of ${bytes} bytes in all, and EventStoreDB takes ` +
      `${bytesMax} in one append (its --max-append-size); say less in one turn, or keep large texts in files and name them`,
    'tooLarge',
  );
}
