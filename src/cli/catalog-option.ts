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

/** Types by role as `--agent ROLE=TYPE` gives them, each known to the catalog. Throws `BadUsage`. */
export function agentsByRole(
  pairs: readonly string[],
  catalog: Pick<Catalog, 'agent' | 'agents'>,
): Record<string, string[]> {
  const byRole: Record<string, string[]> = {};
  for (const pair of pairs) {
    const [, role, type] = /^([a-z][a-z-]*)=([A-Za-z][\w:.-]*)$/.exec(pair) ?? [];
    if (!role || !type)
      throw new BadUsage(`--agent ${pair}: write ROLE=TYPE, like reviewer=security-auditor`);
    const known = catalog.agent(type);
    if (!known)
      throw new BadUsage(`--agent ${pair}: ${unknownName('agent', type, catalog.agents)}`);
    byRole[role] = [...(byRole[role] ?? []), known.name];
  }
  return byRole;
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
