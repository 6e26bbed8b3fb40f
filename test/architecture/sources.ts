/**
 * The sources as the rules of the house see them: who imports whom, what is exported, how long functions are, and where
 * the compiler is told instead of shown. Read once, by the parser that Vite brings along; nothing is run.
 *
 * 1. Paths are relative to the root of the package and have `/` between their parts.
 * 2. An import of a type is an import: a circle of types is a circle.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ESTree, type ParseResult, parseSync, Visitor } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What one file takes from another one of this package: the names, `*` for all of them. */
export interface Import {
  readonly from: string;
  readonly names: readonly string[];
  readonly isOnlyTypes: boolean;
}

export interface FunctionLength {
  readonly name: string;
  readonly lines: number;
}

/** How often the compiler is told what something is: `as T`, `as unknown as T`, `value!`. */
export interface Assertions {
  as: number;
  asUnknownAs: number;
  nonNull: number;
}

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Packages and modules of Node, of which at least one value is imported. */
  readonly packages: readonly string[];
  /** Names defined and exported here. */
  readonly exports: readonly string[];
  /** Names that are only passed on from another file. */
  readonly passedOn: readonly string[];
  readonly functions: readonly FunctionLength[];
  readonly assertions: Assertions;
  /** Identifiers and texts, without comments. */
  readonly words: ReadonlySet<string>;
}

/** The names of the files below a folder of the package that end so. */
export function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('node_modules/'))
    .sort();
}

export const bytesOf = (path: string): Buffer => readFileSync(join(root, path));

/** Everything that the rules ask of one file. */
export function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message}`);
  const names = (arePassedOn: boolean) =>
    parsed.module.staticExports
      .flatMap(({ entries }) => entries)
      .filter(({ moduleRequest }) => Boolean(moduleRequest) === arePassedOn)
      .map(({ exportName }) => exportName.name ?? 'default');
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    ...importsOf(path, text, parsed),
    exports: names(false),
    passedOn: names(true),
    ...seenIn(parsed.program, text),
  };
}

/** Only who is imported, for files that are not measured themselves. */
export function importsOf(
  path: string,
  text: string,
  { module }: Pick<ParseResult, 'module'> = parseSync(path, text),
): Pick<Source, 'imports' | 'packages'> {
  const found: { request: string; names: string[]; isOnlyTypes: boolean }[] = [];
  for (const { moduleRequest, entries } of module.staticImports)
    found.push({
      request: moduleRequest.value,
      names: entries.map(
        ({ importName }) => importName.name ?? (importName.kind === 'Default' ? 'default' : '*'),
      ),
      isOnlyTypes: entries.length > 0 && entries.every(({ isType }) => isType),
    });
  for (const { entries } of module.staticExports)
    for (const { moduleRequest, importName, isType } of entries)
      if (moduleRequest)
        found.push({
          request: moduleRequest.value,
          names: [importName.name ?? '*'],
          isOnlyTypes: isType,
        });
  for (const { moduleRequest } of module.dynamicImports)
    found.push({
      request: text.slice(moduleRequest.start + 1, moduleRequest.end - 1),
      names: ['*'],
      isOnlyTypes: false,
    });
  // `typeof import('…')` and `import('…').Name` stand in types, where the parser lists no request.
  for (const [, request = '', name = '*'] of text.matchAll(/\bimport\('([^']+)'\)\.?(\w+)?/g))
    if (!found.some((one) => one.request === request && one.names.includes('*')))
      found.push({ request, names: [name], isOnlyTypes: true });
  return {
    imports: found
      .filter(({ request }) => request.startsWith('.'))
      .map(({ request, ...taken }) => ({
        from: posix.normalize(posix.join(dirname(path), request)),
        ...taken,
      })),
    packages: found
      .filter(({ request, isOnlyTypes }) => !request.startsWith('.') && !isOnlyTypes)
      .map(({ request }) => request),
  };
}

type Seen = Pick<Source, 'functions' | 'assertions' | 'words'>;

function seenIn(program: ESTree.Program, text: string): Seen {
  const functions: FunctionLength[] = [];
  const words = new Set<string>();
  const assertions: Assertions = { as: 0, asUnknownAs: 0, nonNull: 0 };
  const names = new Map<number, string>();
  const measure = (node: { start: number; end: number; id?: { name: string } | null }) => {
    const lines = text.slice(node.start, node.end).split('\n').length;
    functions.push({ name: node.id?.name ?? names.get(node.start) ?? 'nameless', lines });
  };
  const named = (key: ESTree.Node, value: ESTree.Node | null) => {
    if (value && 'name' in key && typeof key.name === 'string') names.set(value.start, key.name);
  };
  new Visitor({
    VariableDeclarator: (node) => named(node.id, node.init),
    Property: (node) => named(node.key, node.value),
    MethodDefinition: (node) => named(node.key, node.value),
    PropertyDefinition: (node) => named(node.key, node.value),
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
    TSNonNullExpression: () => void assertions.nonNull++,
    TSAsExpression: ({ expression, typeAnnotation }) => {
      const isConst = text.slice(typeAnnotation.start, typeAnnotation.end) === 'const';
      if (!isConst) assertions.as++;
      if (expression.type === 'TSAsExpression') assertions.asUnknownAs++;
    },
    Identifier: ({ name }) => void words.add(name),
    Literal: ({ value }) => void (typeof value === 'string' && words.add(value)),
    TemplateElement: ({ value }) => void words.add(value.raw),
  }).visit(program);
  return { functions, assertions, words };
}

/** Groups of files that reach each other by imports: each is a circle, or several that share a file. */
export function circlesAmong(sources: readonly Source[]): string[][] {
  const edges = new Map(
    sources.map(({ path, imports }) => [path, imports.map(({ from }) => from)]),
  );
  const reach = new Map<string, { index: number; low: number; isOpen: boolean }>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string) => {
    const here = { index: reach.size, low: reach.size, isOpen: true };
    reach.set(path, here);
    open.push(path);
    for (const next of edges.get(path) ?? []) {
      if (!edges.has(next)) continue;
      const there = reach.get(next) ?? visit(next);
      if (there.isOpen) here.low = Math.min(here.low, there.low);
    }
    if (here.low === here.index) {
      const group = open.splice(open.indexOf(path));
      for (const one of group) {
        const seen = reach.get(one);
        if (seen) seen.isOpen = false;
      }
      if (group.length > 1) circles.push(group.sort());
    }
    return here;
  };
  for (const path of edges.keys()) if (!reach.has(path)) visit(path);
  return circles;
}
