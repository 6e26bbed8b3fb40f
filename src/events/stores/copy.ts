/**
 * Copying teams from one store to another, of the same kind or not.
 *
 * Invariants
 * 1. Every event keeps its id, its revision and its text; streams that are copied keep their order among
 *    each other, as `readAll` gives it.
 * 2. What stands in the target already is compared, not written again: an interrupted copy goes on.
 * 3. What another program wrote is not copied: a stream of its own that has such a name not at all, one of ours up to
 *    where it wrote into it. It is counted, and the first is named. What it said in an inbox was heard, and is copied.
 * 4. A target that says something else at some revision is a `CopyDifference` that names it; nothing is
 *    written over it.
 */
import type { NewEvent, RawEvent } from '../event.ts';
import type { StreamName } from '../ids.ts';
import { isOurs } from '../known-events.ts';
import { type EventStore, RevisionConflict } from '../store.ts';

interface CopyOptions {
  from: EventStore;
  to: EventStore;
  /** Which streams; default: every `team-` and `inbox-`. */
  wanted?: (stream: StreamName) => boolean;
  /** Told after each append. */
  onProgress?: (copied: number) => void;
}

interface Copied {
  streams: number;
  /** Events written now, and those that stood there already. */
  events: number;
  already: number;
  /** Events of other programs. */
  passedOver: number;
  /** The first of them: `stream@revision (type)`. */
  firstPassedOver?: string;
}

/** The target says something else than the source. */
export class CopyDifference extends Error {
  override readonly name = 'CopyDifference';
  constructor(
    readonly stream: StreamName,
    readonly revision: number,
    what: string,
  ) {
    super(`${stream}@${revision}: ${what}; nothing was written over it`);
  }
}

const ours = (stream: StreamName) => /^(team|inbox)-/.test(stream);
/** Events of one append at most: well below what any store takes at once. */
const RUN_EVENTS_MAX = 256;
const RUN_CHARS_MAX = 500_000;

/** Copies what the target lacks. Rejects with `CopyDifference`; can be called again after any failure. */
export async function copyStreams({
  from,
  to,
  wanted = ours,
  onProgress,
}: CopyOptions): Promise<Copied> {
  /** Head of each stream in the target as it was found, and the last revision seen in the source. */
  const heads = new Map<StreamName, { found: number; last: number }>();
  const done: Copied = { streams: 0, events: 0, already: 0, passedOver: 0 };
  const sieve = new Sieve(from, done);
  for await (const whole of runsOf(from, wanted)) {
    const run = await sieve.ours(whole);
    if (run.length === 0) continue;
    const { stream } = run[0]!;
    const before = heads.get(stream);
    const found = before?.found ?? (await to.head(stream));
    if (!before) done.streams += 1;
    const known = run.filter(({ revision }) => revision <= found);
    if (known.length > 0) await compare(to, stream, known);
    const fresh = run.slice(known.length);
    if (fresh.length > 0) await write(to, stream, fresh);
    heads.set(stream, { found, last: run.at(-1)!.revision });
    done.events += fresh.length;
    done.already += known.length;
    onProgress?.(done.events);
  }
  for (const [stream, { found, last }] of heads) {
    if (found > last)
      throw new CopyDifference(stream, last + 1, 'the target goes on where the source has ended');
  }
  return done;
}

/** Lets through what is ours. */
class Sieve {
  readonly #verdicts = new Map<StreamName, boolean>();

  constructor(
    private readonly from: EventStore,
    private readonly done: Copied,
  ) {}

  async ours(run: readonly RawEvent[]): Promise<readonly RawEvent[]> {
    const [first] = run;
    if (!first) return run;
    const { stream } = first;
    const isTeam = stream.startsWith('team-');
    const isOpen = this.#verdicts.get(stream) ?? (isTeam || (await this.#hasTeam(stream)));
    const end = isTeam ? run.findIndex((event) => !isWrittenByUs(event)) : -1;
    const through = isOpen ? (end < 0 ? run : run.slice(0, end)) : [];
    this.#verdicts.set(stream, isOpen && end < 0);
    this.#count(run.slice(through.length));
    return through;
  }

  /** Whose inbox it is, if it is one. */
  async #hasTeam(stream: StreamName): Promise<boolean> {
    const team = /^inbox-(.+)$/s.exec(stream)?.[1];
    if (team === undefined) return true;
    const [first] = await this.from.read(`team-${team}` as StreamName, { limit: 1 });
    return first !== undefined && isWrittenByUs(first);
  }

  #count([first, ...others]: readonly RawEvent[]): void {
    if (!first) return;
    this.done.passedOver += 1 + others.length;
    this.done.firstPassedOver ??= `${first.stream}@${first.revision} (${first.type})`;
  }
}

function isWrittenByUs({ meta, data }: RawEvent): boolean {
  try {
    const body: unknown = JSON.parse(data);
    return typeof body === 'object' && body !== null && isOurs(JSON.parse(meta));
  } catch {
    return false;
  }
}

/** Consecutive events of one stream, in the order of the whole store. */
async function* runsOf(
  store: EventStore,
  wanted: (stream: StreamName) => boolean,
): AsyncGenerator<RawEvent[]> {
  let run: RawEvent[] = [];
  let chars = 0;
  for (let after: number | undefined; ; ) {
    const page = await store.readAll(after === undefined ? {} : { after });
    if (page.length === 0) break;
    for (const event of page) {
      after = event.position;
      if (!wanted(event.stream)) continue;
      const size = event.data.length + event.meta.length;
      const breaks = run.length >= RUN_EVENTS_MAX || chars + size > RUN_CHARS_MAX;
      if (run.length > 0 && (breaks || run[0]!.stream !== event.stream)) {
        yield run;
        run = [];
        chars = 0;
      }
      run.push(event);
      chars += size;
    }
  }
  if (run.length > 0) yield run;
}

async function compare(
  to: EventStore,
  stream: StreamName,
  known: readonly RawEvent[],
): Promise<void> {
  const there = await to.read(stream, { from: known[0]!.revision, limit: known.length });
  for (const [i, event] of known.entries()) {
    const other = there[i];
    if (!other) throw new CopyDifference(stream, event.revision, 'the target has no such event');
    for (const field of ['id', 'type', 'version', 'data', 'meta'] as const) {
      // A server may spell a UUID in its own way.
      const isSame =
        field === 'id'
          ? event.id.toLowerCase() === other.id.toLowerCase()
          : event[field] === other[field];
      if (!isSame)
        throw new CopyDifference(stream, event.revision, `the target holds another ${field}`);
    }
  }
}

async function write(
  to: EventStore,
  stream: StreamName,
  fresh: readonly RawEvent[],
): Promise<void> {
  const events: NewEvent[] = fresh.map(({ id, type, version, data, meta }) => ({
    id,
    type,
    version,
    data,
    meta,
  }));
  try {
    await to.append(stream, events, fresh[0]!.revision - 1);
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
    throw new CopyDifference(
      stream,
      fresh[0]!.revision,
      `the target stands at revision ${error.actual}`,
    );
  }
}
