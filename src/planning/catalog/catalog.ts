/**
 * The catalog: types of agents and methodologies, read from folders of Markdown with YAML front matter.
 *
 * The program's own folder comes first, then what a workspace keeps in `.claude`, then folders named on the
 * command line. Here is the only I/O of `planning`; `catalog-file.ts` judges the text of one file.
 *
 * Invariants
 * 1. Nothing is read before it is asked for: agents and methodologies apart, each once.
 * 2. A later source overrides an earlier one of the same name, and `notices` says so.
 * 3. A malformed file never hides the others: it is left out, and `problems` has one line naming file and
 *    field.
 * 4. A catalog grants nothing. `tools` are wishes; whoever runs the team grants.
 */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../package.ts';
import {
  type AgentType,
  agentFrom,
  CatalogFailure,
  FILE_BYTES_MAX,
  type Methodology,
  methodologyFrom,
  type Origin,
} from './catalog-file.ts';

/** More files than this in one folder are not a catalog. */
const FILES_MAX = 1000;

const OWN = fileURLToPath(new URL('catalog', packageRoot));

export interface CatalogSources {
  /** The folder whose `.claude/agents` and `.claude/skills` join. */
  workspace?: string;
  /**
   * Further catalogs: folders with `agents/`, `methodologies/` or `skills/` in them, or a plain folder of
   * agents.
   */
  folders?: readonly string[];
  /** Instead of the program's own catalog. */
  own?: string;
}

interface Place {
  path: string;
  origin: Origin;
  /** `files`: `*.md` in it; `skills`: `SKILL.md` in folders in it. */
  layout: 'files' | 'skills';
}

interface Shelf<Entry> {
  entries: ReadonlyMap<string, Entry>;
  /** Aliases, and the names they stand for. */
  aliases: ReadonlyMap<string, string>;
  notices: readonly string[];
  problems: readonly string[];
}

export class Catalog {
  #agents: Shelf<AgentType> | undefined;
  #methodologies: Shelf<Methodology> | undefined;
  readonly #sources: CatalogSources;

  /** Throws a CatalogFailure when a folder that was named is not there. */
  constructor(sources: CatalogSources = {}) {
    this.#sources = sources;
    for (const folder of sources.folders ?? []) {
      if (!isFolder(folder))
        throw new CatalogFailure(`catalog ${folder}: there is no such folder; check the path`);
    }
  }

  /** All types of agents by name, in alphabetical order. */
  get agents(): ReadonlyMap<string, AgentType> {
    return this.#agentShelf().entries;
  }

  get methodologies(): ReadonlyMap<string, Methodology> {
    return this.#methodologyShelf().entries;
  }

  /** A type of agent by name or alias. */
  agent(name: string): AgentType | undefined {
    const { entries, aliases } = this.#agentShelf();
    return entries.get(name) ?? entries.get(aliases.get(name) ?? '');
  }

  methodology(name: string): Methodology | undefined {
    const { entries, aliases } = this.#methodologyShelf();
    return entries.get(name) ?? entries.get(aliases.get(name) ?? '');
  }

  /** What overrides what, among all that has been read so far. */
  get notices(): string[] {
    return [this.#agents, this.#methodologies].flatMap((shelf) => shelf?.notices ?? []);
  }

  /** Malformed files among all that has been read so far, a line each. */
  get problems(): string[] {
    return [this.#agents, this.#methodologies].flatMap((shelf) => shelf?.problems ?? []);
  }

  #agentShelf(): Shelf<AgentType> {
    this.#agents ??= fill('agent', agentPlaces(this.#sources), agentFrom);
    return this.#agents;
  }

  #methodologyShelf(): Shelf<Methodology> {
    this.#methodologies ??= fill('methodology', methodologyPlaces(this.#sources), methodologyFrom);
    return this.#methodologies;
  }
}

function agentPlaces({ own = OWN, workspace, folders = [] }: CatalogSources): Place[] {
  const places: Place[] = [{ path: join(own, 'agents'), origin: 'own', layout: 'files' }];
  if (workspace !== undefined)
    places.push({ path: join(workspace, '.claude/agents'), origin: 'user', layout: 'files' });
  for (const folder of folders) {
    const plain = !SHELVES.some((name) => isFolder(join(folder, name)));
    const path = plain ? folder : join(folder, 'agents');
    places.push({ path, origin: 'user', layout: 'files' });
  }
  return places;
}

function methodologyPlaces({ own = OWN, workspace, folders = [] }: CatalogSources): Place[] {
  const places: Place[] = [{ path: join(own, 'methodologies'), origin: 'own', layout: 'files' }];
  if (workspace !== undefined)
    places.push({ path: join(workspace, '.claude/skills'), origin: 'user', layout: 'skills' });
  for (const folder of folders) {
    places.push({ path: join(folder, 'methodologies'), origin: 'user', layout: 'files' });
    places.push({ path: join(folder, 'skills'), origin: 'user', layout: 'skills' });
  }
  return places;
}

const SHELVES = ['agents', 'methodologies', 'skills'];

interface Named {
  name: string;
  aliases: readonly string[];
  source: string;
}

function fill<Entry extends Named>(
  kind: string,
  places: readonly Place[],
  parse: (text: string, path: string, origin: Origin) => Entry,
): Shelf<Entry> {
  const entries = new Map<string, Entry>();
  const notices: string[] = [];
  const problems: string[] = [];
  for (const place of places) {
    for (const path of filesOf(place, problems)) {
      const entry = attempt(() => parse(textOf(path), path, place.origin), problems);
      if (!entry) continue;
      const before = entries.get(entry.name);
      if (before)
        notices.push(
          `${kind} "${entry.name}" from ${path} overrides the one from ${before.source}`,
        );
      entries.set(entry.name, entry);
    }
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: new Map(sorted), aliases: aliasesOf(entries), notices, problems };
}

function aliasesOf(entries: ReadonlyMap<string, Named>): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const { name, aliases: others } of entries.values()) {
    for (const alias of others) if (!entries.has(alias)) aliases.set(alias, name);
  }
  return aliases;
}

function attempt<Result>(work: () => Result, problems: string[]): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CatalogFailure)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** The files of a place in alphabetical order; none when the place is not there. */
function filesOf({ path, layout }: Place, problems: string[]): string[] {
  if (!isFolder(path)) return [];
  const names = readdirSync(path).sort();
  if (names.length > FILES_MAX) {
    problems.push(`catalog ${path}: holds ${names.length} entries; at most ${FILES_MAX} are read`);
    names.length = FILES_MAX;
  }
  if (layout === 'skills')
    return names.map((name) => join(path, name, 'SKILL.md')).filter((file) => exists(file));
  return names.filter((name) => name.endsWith('.md')).map((name) => join(path, name));
}

function textOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new CatalogFailure(`${path}: not a file; remove it or its link`);
  if (found.size > FILE_BYTES_MAX)
    throw new CatalogFailure(
      `${path}: ${found.size} bytes; a catalog file has at most ${FILE_BYTES_MAX}, shorten it`,
    );
  return readFileSync(path, 'utf8');
}

const isFolder = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
