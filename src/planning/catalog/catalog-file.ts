/**
 * One file of a catalog: front matter between two lines of `---`, then the prompt.
 *
 * The program's own files are held to everything; files that people wrote for other programs may leave out
 * what only we ask for, write their tools as `Read, Grep`, and carry keys that we do not know. Pure.
 *
 * Invariants
 * 1. A failure is one line that names the file and, where there is one, the field.
 * 2. `tools` names only tools that exist here; it is a wish and grants nothing.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { CHOICES } from '../choice.ts';

export const FILE_BYTES_MAX = 64 * 1024;
/** Longer front matter is not front matter. */
const HEAD_LETTERS_MAX = 8 * 1024;

/** Who wrote it: this program, or a person for whatever program. */
export type Origin = 'own' | 'user';

const TIERS = ['implementation', 'system', 'judgment'] as const;
type Tier = (typeof TIERS)[number];

/** The tools an agent may wish for. */
export const TOOLS = [
  'read_file',
  'list_files',
  'search_files',
  'write_file',
  'run_command',
  'send_message',
  'create_task',
  'update_task',
  'dispatch_swarm',
] as const;
type ToolName = (typeof TOOLS)[number];

export interface AgentType {
  name: string;
  description: string;
  tier: Tier;
  category: string;
  /** Wishes; nothing is granted by them. */
  tools: readonly ToolName[];
  model: string | undefined;
  /** Where it fits best. */
  patterns: readonly string[];
  aliases: readonly string[];
  prompt: string;
  /** Path of the file. */
  source: string;
}

export interface Methodology {
  name: string;
  description: string;
  aliases: readonly string[];
  /** What is laid into the system text of one agent. */
  text: string;
  source: string;
}

/** A catalog or a file of it cannot be used. The message is one line: what, where, what to do. */
export class CatalogFailure extends Error {
  override readonly name = 'CatalogFailure';
}

const name = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write it in kebab-case, like code-reviewer')
  .max(60);
const description = z.string().trim().min(1).max(2000);
const alias = z.string().min(1).max(100);

const ownAgent = z.strictObject({
  name,
  description,
  tier: z.enum(TIERS),
  category: z.string().min(1).max(60),
  tools: z.array(z.enum(TOOLS)).max(TOOLS.length),
  model: z.string().min(1).max(100).optional(),
  patterns: z.array(z.enum(CHOICES)).min(1),
  aliases: z.array(alias).max(20).optional(),
});

const names = z.union([z.string().max(4000), z.array(z.string().max(200)).max(200)]);
const userAgent = z.object({
  name,
  description,
  tier: z.enum(TIERS).optional(),
  category: z.string().min(1).max(60).optional(),
  tools: names.nullish(),
  model: z.string().min(1).max(100).nullish(),
  patterns: z.array(z.enum(CHOICES)).optional(),
  aliases: z.array(alias).max(20).optional(),
});

const methodology = z.object({ name, description, aliases: z.array(alias).max(20).optional() });

/** Reads a type of agent. Throws a CatalogFailure. */
export function agentFrom(text: string, path: string, origin: Origin): AgentType {
  const { head, body } = split(text, path);
  if (origin === 'own') {
    const own = check(ownAgent, head, path);
    return { ...own, model: own.model, aliases: own.aliases ?? [], prompt: body, source: path };
  }
  const user = check(userAgent, head, path);
  return {
    name: user.name,
    description: user.description,
    tier: user.tier ?? 'implementation',
    category: user.category ?? 'yours',
    tools: wishes(user.tools),
    // `inherit` means: whatever the run uses.
    model: user.model && user.model !== 'inherit' ? user.model : undefined,
    patterns: user.patterns ?? [],
    aliases: user.aliases ?? [],
    prompt: body,
    source: path,
  };
}

/** Reads a methodology or a skill. Throws a CatalogFailure. */
export function methodologyFrom(text: string, path: string): Methodology {
  const { head, body } = split(text, path);
  const { name, description, aliases = [] } = check(methodology, head, path);
  return { name, description, aliases, text: body, source: path };
}

function split(raw: string, path: string): { head: unknown; body: string } {
  const text = raw.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const found = /^---[ \t]*\n([\s\S]*?)\n---[ \t]*(?:\n|$)/.exec(text);
  if (!found)
    throw new CatalogFailure(
      `${path}: no front matter; begin with a line "---", then name and description, then "---"`,
    );
  const [whole, yaml = ''] = found;
  if (yaml.length > HEAD_LETTERS_MAX)
    throw new CatalogFailure(`${path}: front matter has more than ${HEAD_LETTERS_MAX} letters`);
  const body = clean(text.slice(whole.length)).trim();
  if (body === '') throw new CatalogFailure(`${path}: no prompt below the front matter`);
  return { head: parseHead(yaml, path), body };
}

function parseHead(yaml: string, path: string): unknown {
  const document = parseDocument(yaml, { uniqueKeys: true });
  const [error] = document.errors;
  if (error) {
    const line = (error.linePos?.[0].line ?? 0) + 1;
    throw new CatalogFailure(
      `${path}:${line}: front matter is not YAML: ${oneLine(error.message)}`,
    );
  }
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    throw new CatalogFailure(`${path}: front matter: ${oneLine((error as Error).message)}`);
  }
}

const oneLine = (message: string) => message.split('\n')[0]!.replace(/:$/, '');

/** Control characters have no business in a prompt and can hide text from who reads it. */
const clean = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
  text.replace(/[\u0000-\u0008\u000B-\u001F\u007F\u202A-\u202E\u2066-\u2069]/g, '');

function check<Schema extends z.ZodType>(
  schema: Schema,
  head: unknown,
  path: string,
): z.output<Schema> {
  const parsed = schema.safeParse(head);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : undefined;
  const field = unknown ?? issue.path.join('.');
  const where = field === '' ? 'front matter' : `field "${field}"`;
  throw new CatalogFailure(`${path}: ${where}: ${oneLine(issue.message)}`);
}

/** Tools as other programs name them. */
const KNOWN_AS: { readonly [name: string]: ToolName } = {
  Read: 'read_file',
  LS: 'list_files',
  Glob: 'list_files',
  Grep: 'search_files',
  Write: 'write_file',
  Edit: 'write_file',
  MultiEdit: 'write_file',
  Bash: 'run_command',
  Task: 'dispatch_swarm',
  TaskCreate: 'create_task',
  TaskUpdate: 'update_task',
  TodoWrite: 'update_task',
  SendMessage: 'send_message',
};

/** What of a person's list exists here, each once; the rest is of other programs. */
function wishes(listed: string | string[] | null | undefined): ToolName[] {
  const given = typeof listed === 'string' ? listed.split(',') : (listed ?? []);
  const found = given.flatMap((entry) => {
    const bare = entry.trim().replace(/\(.*$/, '');
    if ((TOOLS as readonly string[]).includes(bare)) return [bare as ToolName];
    return Object.hasOwn(KNOWN_AS, bare) ? [KNOWN_AS[bare]!] : [];
  });
  return [...new Set(found)];
}
