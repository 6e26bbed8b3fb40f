/**
 * Patterns from outside the package: modules that export what `definePattern` made, named by `--patterns FILE` or by
 * the environment (`HORDE_PATTERNS`), and remembered in a team's labels, so that whoever leads it on finds them again.
 *
 * Invariants
 * 1. They are loaded before a command does anything with a team; whoever names none loads nothing for them.
 * 2. A file that is not there, or that holds no pattern, is named in one sentence; nothing has happened by then.
 */
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StreamName } from '../events/ids.ts';
import type { EventStore } from '../events/store.ts';
import type { PatternDefinition } from '../machines/patterns/kit/pattern.ts';
import { BadUsage } from './bad-usage.ts';
import { pathIn, type Shell } from './shell.ts';

/** What one call of the program was given. */
export class OwnPatterns {
  private readonly files = new Map<string, readonly PatternDefinition[]>();

  constructor(private readonly shell: Pick<Shell, 'cwd' | 'env'>) {}

  get all(): PatternDefinition[] {
    return [...this.files.values()].flat();
  }

  /** Loads what the command line and the environment name. Throws `BadUsage`. */
  async load(named: readonly string[] = []): Promise<void> {
    const everywhere = (this.shell.env['HORDE_PATTERNS'] ?? '').split(delimiter).filter(Boolean);
    for (const file of [...everywhere, ...named])
      await this.loadFile(pathIn(this.shell, file), `--patterns ${file}`);
  }

  /** Loads the patterns of a team, or of all of the store, from the files that their labels name. Throws `BadUsage`. */
  async loadFor(store: EventStore, team?: string): Promise<void> {
    const { teamOfStream } = await import('../events/ids.ts');
    for (const { stream } of await store.streams('team-'))
      if (team === undefined || teamOfStream(stream) === team)
        await this.loadOf(store, stream, teamOfStream(stream) ?? '');
  }

  /** The label of a team of this pattern: the file that it came from, if it came from one. */
  labelsOf(pattern: string): Record<string, string> {
    for (const [file, some] of this.files)
      if (some.some(({ name }) => name === pattern)) return { patterns: file };
    return {};
  }

  private async loadOf(store: EventStore, stream: StreamName, team: string): Promise<void> {
    const [first] = await store.read(stream, { limit: 1 });
    const { teamFormed } = await import('../events/words/team.ts');
    const formed = teamFormed.data.safeParse(first && JSON.parse(first.data));
    if (!formed.success) return;
    const { pattern = '', patterns: file } = formed.data.labels;
    if (file === undefined || this.all.some(({ name }) => name === pattern)) return;
    await this.loadFile(file, `team ${team} works by the pattern "${pattern}" of ${file}`);
  }

  private async loadFile(file: string, wanted: string): Promise<void> {
    if (this.files.has(file)) return;
    if (!existsSync(file))
      throw new BadUsage(`${wanted}: there is no such file; name it with --patterns FILE`);
    const found = Object.values(await imported(file, wanted)).filter(isPattern);
    if (found.length === 0)
      throw new BadUsage(`${wanted}: it exports no pattern; export what definePattern returns`);
    const { patterns } = await import('../machines/patterns/index.ts');
    for (const { name } of found)
      if (name in patterns || this.all.some((one) => one.name === name))
        throw new BadUsage(`${wanted}: there is a pattern "${name}" already`);
    this.files.set(file, found);
  }
}

/** This Node reads TypeScript by itself, or with the help of tsx where that is installed. */
async function imported(file: string, wanted: string): Promise<object> {
  const isForeign = /\.[cm]?ts$/.test(file) && !readsTypeScript();
  const helper = isForeign ? await helperFor(wanted) : undefined;
  const unregister = helper?.register();
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new BadUsage(`${wanted}: ${messageOf(error)}`);
  } finally {
    await unregister?.();
  }
}

const readsTypeScript = (): boolean =>
  'typescript' in process.features && Boolean(process.features.typescript);

const helperFor = (wanted: string) =>
  import('tsx/esm/api').catch(() => {
    throw new BadUsage(
      `${wanted}: this Node cannot read TypeScript; install tsx, or name the .js or .mjs that it compiles to`,
    );
  });

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n', 1).join('') : String(error);

const isPattern = (value: unknown): value is PatternDefinition =>
  typeof value === 'object' &&
  value !== null &&
  ['name', 'machine', 'roles', 'words', 'limits', 'seats', 'turnsMax'].every((key) => key in value);
