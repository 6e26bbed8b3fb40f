/**
 * The catalog that a command works with: the program's own, what the workspace keeps in `.claude`, and the
 * folders named with `--catalog`. A malformed file of a folder that was named is bad usage; one that only lies
 * in the workspace is left out, and said.
 */
import { Catalog } from '../planning/catalog/catalog.ts';
import { CatalogFailure } from '../planning/catalog/catalog-file.ts';
import { nearestNames } from '../planning/language/nearest.ts';
import { BadUsage } from './bad-usage.ts';
import type { Site } from './command.ts';
import { pathIn } from './shell.ts';

export interface CatalogOptions {
  catalog?: string[];
  workspace?: string;
}

/** Reads the whole catalog. Throws `BadUsage`, a line for each problem of a named folder. */
export function openCatalog({ shell, output }: Site, options: CatalogOptions): Catalog {
  const folders = (options.catalog ?? []).map((folder) => pathIn(shell, folder));
  const workspace = pathIn(shell, options.workspace ?? '.');
  let catalog: Catalog;
  try {
    catalog = new Catalog({ folders, workspace });
  } catch (error) {
    if (error instanceof CatalogFailure) throw new BadUsage(error.message);
    throw error;
  }
  const sources = [...catalog.agents.values(), ...catalog.methodologies.values()];
  const isNamed = (text: string) => folders.some((folder) => text.includes(folder));
  const problems = [...new Set(catalog.problems)];
  const named = problems.filter(isNamed);
  if (named.length > 0) throw new BadUsage(named.join('\nhorde: '));
  for (const folder of folders) {
    if (!sources.some(({ source }) => source.startsWith(folder)))
      throw new BadUsage(
        `--catalog ${folder}: holds no agents; put Markdown files there, or in its agents/, methodologies/ or skills/`,
      );
  }
  for (const problem of problems) output.note(`left out: ${problem}`);
  for (const notice of catalog.notices) output.note(notice);
  return catalog;
}

export interface CastOptions {
  agent?: string[];
  methodology?: string[];
}

/** Types and methodologies by role, in the order of the seats. */
interface CastWish {
  agents: Record<string, string[]>;
  /** Empty where a seat's is left open. */
  methodologies: Record<string, string[]>;
}

/**
 * What `--agent ROLE=TYPE[+METHODOLOGY]` and `--methodology ROLE=NAME` say, each name known to the catalog; `none` is
 * no methodology. Throws `BadUsage`.
 */
export function castWish(options: CastOptions, catalog: Catalog): CastWish {
  const agents: CastWish['agents'] = {};
  const methodologies: CastWish['methodologies'] = {};
  for (const pair of options.agent ?? []) {
    const [, role, type, way] =
      /^([a-z][a-z-]*)=([A-Za-z][\w:.-]*)(?:\+([A-Za-z][\w:.-]*))?$/.exec(pair) ?? [];
    if (!role || !type)
      throw new BadUsage(
        `--agent ${pair}: write ROLE=TYPE, like reviewer=security-auditor, or ROLE=TYPE+METHODOLOGY`,
      );
    const known = catalog.agent(type);
    if (!known)
      throw new BadUsage(`--agent ${pair}: ${unknownName('agent', type, catalog.agents)}`);
    const name = way === undefined ? '' : methodologyNamed(way, `--agent ${pair}`, catalog);
    agents[role] = [...(agents[role] ?? []), known.name];
    methodologies[role] = [...(methodologies[role] ?? []), name];
  }
  for (const pair of options.methodology ?? []) {
    const [, role, way] = /^([a-z][a-z-]*)=([A-Za-z][\w:.-]*)$/.exec(pair) ?? [];
    if (!role || !way)
      throw new BadUsage(`--methodology ${pair}: write ROLE=NAME, like reviewer=gate-testing`);
    const name = methodologyNamed(way, `--methodology ${pair}`, catalog);
    const open = methodologies[role]?.map((one) => one || name);
    methodologies[role] =
      open && !open.every((one) => one !== name) ? open : [...(open ?? []), name];
  }
  return { agents, methodologies: withoutEmpty(methodologies) };
}

/** A role of which nobody said a methodology is left to the request. */
const withoutEmpty = (byRole: CastWish['methodologies']) =>
  Object.fromEntries(Object.entries(byRole).filter(([, ways]) => ways.some(Boolean)));

function methodologyNamed(way: string, where: string, catalog: Catalog): string {
  const name = way === 'none' ? way : catalog.methodology(way)?.name;
  if (name !== undefined) return name;
  throw new BadUsage(`${where}: ${unknownName('methodology', way, catalog.methodologies)}`);
}

/** Limits of the pattern as `--limit NAME=N` and `--rounds N` give them. Throws `BadUsage`. */
export function limitsByName(
  pairs: readonly string[],
  rounds: number | undefined,
): Record<string, number> {
  const limits: Record<string, number> = rounds === undefined ? {} : { rounds };
  for (const pair of pairs) {
    const [, name, number] = /^([A-Za-z]+)=(\d{1,9})$/.exec(pair) ?? [];
    if (!name || number === undefined)
      throw new BadUsage(`--limit ${pair}: write NAME=N, like rebuttals=3`);
    limits[name] = Number(number);
  }
  return limits;
}

/** There is no such entry: what may have been meant, and where to look. */
export function unknownName(
  kind: 'agent' | 'methodology',
  name: string,
  entries: ReadonlyMap<string, unknown>,
): string {
  const list = kind === 'agent' ? 'horde agents' : 'horde methodologies';
  const near = nearestNames(name, entries.keys());
  const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ';';
  return `there is no ${kind} "${name.slice(0, 100)}"${meant} list them with: ${list}`;
}
