/**
 * What is remembered of a server's log between reads, and between processes: how far it was looked through for
 * what, which streams there are, and read models. A cache: it may be deleted at any time without loss.
 *
 * It lies in a folder of this machine, named by the server's address, one file a name; without a folder it lives
 * as long as the store. Files are this user's alone: read models repeat what teams say.
 *
 * Invariants
 * 1. What is kept counts only for the log that it was read from: beside it stands a record of that log, which
 *    must be found where it stood.
 * 2. A file that cannot be read or written is as good as none.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadModelTable } from '../../store.ts';
import { Landmark } from './landmark.ts';
import type { Entry, Filter } from './protocol.ts';
import type { Reader } from './reader.ts';

interface Stretch {
  /** Between the two positions there is nothing that the filter lets pass. */
  from: number;
  to: number;
}

interface File {
  landmark: { position: number; id: string };
  body: unknown;
}

const LOOKED = 'looked';

export class Kept implements ReadModelTable {
  readonly #folder: string | undefined;
  #stretches: Promise<Map<string, Stretch>> | undefined;

  constructor(
    private readonly reader: Reader,
    folder?: string,
  ) {
    const key = createHash('sha256').update(reader.connection.shown).digest('hex').slice(0, 24);
    this.#folder = folder === undefined ? undefined : join(folder, key);
  }

  /** Whether it outlives the process. */
  get lasts(): boolean {
    return this.#folder !== undefined;
  }

  /** Where to begin so that all is read that a filter lets pass after a position. */
  async from(filter: Filter, after: number): Promise<number> {
    this.#stretches ??= this.#load();
    const stretch = (await this.#stretches).get(keyOf(filter));
    return stretch && after >= stretch.from && after < stretch.to ? stretch.to : after;
  }

  async lookedTo(filter: Filter, from: number, { position }: { position: number }): Promise<void> {
    if (position <= from) return;
    this.#stretches ??= this.#load();
    const stretches = await this.#stretches;
    stretches.set(keyOf(filter), { from, to: position });
    await this.write(LOOKED, [...stretches]);
  }

  /** The log is another one. */
  forget(): void {
    this.#stretches = Promise.resolve(new Map());
  }

  async #load(): Promise<Map<string, Stretch>> {
    const kept = await this.read(LOOKED);
    return new Map(Array.isArray(kept) ? (kept as [string, Stretch][]) : []);
  }

  async load(name: string): Promise<{ position: number; body: string } | undefined> {
    const kept = await this.read(`model-${name}`);
    return kept as { position: number; body: string } | undefined;
  }

  async save(name: string, position: number, body: string): Promise<void> {
    await this.write(`model-${name}`, { position, body });
  }

  /** What was written under a name, if it was read from this log. */
  async read(name: string): Promise<unknown> {
    if (!this.#folder) return undefined;
    try {
      const { landmark, body } = JSON.parse(await readFile(this.#path(name), 'utf8')) as File;
      return (await new Landmark(landmark).stands(this.reader)) ? body : undefined;
    } catch {
      return undefined;
    }
  }

  async write(name: string, body: unknown): Promise<void> {
    if (!this.#folder) return;
    const path = this.#path(name);
    const draft = `${path}.${randomUUID()}`;
    try {
      const last: Entry | undefined = await this.reader.last({ patienceMs: 0 });
      if (!last) return;
      const file: File = { landmark: { position: last.position, id: last.id }, body };
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, JSON.stringify(file), { mode: 0o600 });
      await rename(draft, path);
    } catch {
      await rm(draft, { force: true }).catch(() => {});
    }
  }

  #path(name: string): string {
    return join(this.#folder ?? '', `${name.replace(/[^A-Za-z0-9-]/g, '_')}.json`);
  }
}

const keyOf = (filter: Filter): string =>
  typeof filter === 'string' ? filter : filter.prefixes.join('\n');
