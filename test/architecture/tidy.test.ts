/**
 * The rules of the house, held against the sources as they stand: who may import whom, no circles, short files and
 * functions, nothing exported for nobody, one word for one thing, and the compiler is shown rather than told.
 *
 * What does not hold yet stands in `tidy-exceptions.ts`. A list there that could be shorter fails too.
 */
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  circlesAmong,
  filesBelow,
  importsOf,
  readSource,
  type Source,
} from './sources.ts';
import { ASSERTIONS_MAX, exceptions } from './tidy-exceptions.ts';

const LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;
/** No line of prose or code is longer; what is, was made by a machine. */
const LINE_LENGTH_MAX = 500;

/** Whom each room may import, beside itself. */
const MAY: Record<string, readonly string[]> = {
  events: [],
  machines: ['events'],
  projections: ['events'],
  planning: ['events', 'machines'],
  actors: ['events', 'projections'],
  hands: ['events', 'projections', 'actors', 'planning'],
  telemetry: ['events', 'projections', 'actors', 'hands'],
  visualizer: ['events', 'machines', 'projections', 'planning', 'actors', 'hands', 'telemetry'],
  cli: [
    'events',
    'machines',
    'projections',
    'planning',
    'actors',
    'hands',
    'telemetry',
    'visualizer',
  ],
};

/** The package that this is: any room may ask. */
const PACKAGE = 'src/package.ts';

/** The words of a pattern: its moves and their events, which every room may know. */
const WORDS = /^src\/machines\/patterns\/[^/]+\/words\.ts$/;

/** What the engine may read: its own words, the store port, and how a projection is folded. */
const FOR_THE_ENGINE =
  /^src\/(actors\/|events\/[^/]+$|events\/stores\/|events\/words\/(team|work|child|fork|desk)\.ts$|projections\/kit\/)/;

/** Words of the horde. The engine runs any machine, and knows none of them. */
const OF_THE_HORDE = new Set([
  ...['agent', 'agents', 'pattern', 'patterns', 'model', 'models', 'prompt', 'prompts', 'horde'],
  ...['swarm', 'swarms', 'seat', 'seats', 'roster', 'round', 'rounds', 'synthesis', 'review'],
  ...['methodology', 'methodologies', 'anthropic', 'claude'],
]);

/** What the page may read beside the vocabulary and the projections: what it shares with the server. */
const FOR_THE_PAGE =
  /^src\/(visualizer\/(page|shared)\/|events\/words\/|events\/(amounts|event|fields|known-events|topics|work-id)\.ts$|projections\/|machines\/patterns\/[^/]+\/words\.ts$)/;

/** Names of these files are for others: the public ones, and what stands in for a module of Node in the page. */
const PUBLIC = new Set([
  ...['src/index.ts', 'src/runtime.ts', 'src/testing.ts', 'src/workers.ts'],
  'src/visualizer/page/node-crypto.ts',
]);

const textOf = (path: string): string => bytesOf(path).toString();
const src = filesBelow('src', /\.tsx?$/).map(readSource);
const measured = [...src, ...filesBelow('bench', /\.ts$/).map(readSource)];
const others = ['test', 'scripts', 'examples']
  .flatMap((folder) => filesBelow(folder, /\.tsx?$/))
  .map((path) => importsOf(path, textOf(path)));

const roomOf = (path: string): string => path.split('/')[1] ?? '';
const isInRoom = (path: string): boolean => path.split('/').length > 2;
const engine = src.filter(({ path }) => path.startsWith('src/actors/'));
const page = src.filter(({ path }) => path.startsWith('src/visualizer/page/'));

/** Everything that was found is an exception, and every exception was found. */
function holds(found: Iterable<string>, allowed: readonly string[]): void {
  const wrong = new Set(found);
  expect({
    'do not hold': [...wrong].filter((one) => !allowed.includes(one)).sort(),
    'hold now: take them off the list in tidy-exceptions.ts': allowed.filter(
      (one) => !wrong.has(one),
    ),
  }).toEqual({ 'do not hold': [], 'hold now: take them off the list in tidy-exceptions.ts': [] });
}

/** Imports of these files that may not be, as `file -> file`. */
const strays = (sources: readonly Source[], may: (from: Source, to: string) => boolean): string[] =>
  sources.flatMap((source) =>
    source.imports
      .filter(({ from }) => !may(source, from))
      .map(({ from }) => `${source.path} -> ${from}`),
  );

describe('the rooms of the architecture', () => {
  it('are the only folders there are', () => {
    holds(
      src.filter(({ path }) => isInRoom(path) && !(roomOf(path) in MAY)).map(({ path }) => path),
      [],
    );
  });

  it('stand on the page of the architecture, each folder of each', () => {
    const [, tree = ''] = /```\nsrc\/\n([\s\S]*?)```/.exec(textOf('docs/architecture.md')) ?? [];
    const drawn: string[] = [];
    let room = '';
    for (const [, indent = '', name = ''] of tree.matchAll(/^( +)([\w-]+)\/ /gm)) {
      if (indent.length === 2) room = name;
      drawn.push(indent.length === 2 ? name : `${room}/${name}`);
    }
    const folders = src
      .map(({ path }) => path.split('/').slice(1, -1))
      .flatMap(([first, second]) =>
        first === undefined ? [] : second === undefined ? [first] : [first, `${first}/${second}`],
      );
    expect(drawn.sort()).toEqual([...new Set(folders)].sort());
  });

  for (const [room, may] of Object.entries(MAY))
    it(`let ${room} import only ${may.join(', ') || 'nothing of the others'}`, () => {
      const inside = src.filter(({ path }) => isInRoom(path) && roomOf(path) === room);
      expect(inside).not.toEqual([]);
      const mayImport = (_: Source, to: string) =>
        !to.startsWith('src/') ||
        to === PACKAGE ||
        roomOf(to) === room ||
        may.includes(roomOf(to)) ||
        (WORDS.test(to) && room !== 'actors');
      holds(strays(inside, mayImport), []);
    });

  it('let the words of a pattern know nothing but events and the words of other patterns', () => {
    const words = src.filter(({ path }) => WORDS.test(path));
    expect(words).not.toEqual([]);
    holds(
      strays(words, (_, to) => WORDS.test(to) || roomOf(to) === 'events'),
      [],
    );
  });

  it('keep the engine from importing what the horde is made of', () => {
    holds(
      strays(
        engine,
        (_, to) => FOR_THE_ENGINE.test(to) || to === PACKAGE || !to.startsWith('src/'),
      ),
      exceptions.engineImports,
    );
  });

  it('keep the words of the horde out of the engine', () => {
    const spoken = engine.flatMap(({ path, words }) =>
      [...words]
        .flatMap((word) => word.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/))
        .map((word) => word.toLowerCase())
        .filter((word) => OF_THE_HORDE.has(word))
        .map((word) => `${path}: ${word}`),
    );
    holds(spoken, exceptions.engineWords);
  });

  it('give the page of the visualizer nothing that runs in Node', () => {
    const values = page.map((source) => ({
      ...source,
      imports: source.imports.filter(({ isOnlyTypes }) => !isOnlyTypes),
    }));
    holds(
      strays(values, (_, to) => FOR_THE_PAGE.test(to)),
      [],
    );
    const ofNode = page.filter(({ packages }) => packages.some((name) => name.startsWith('node:')));
    holds(
      ofNode.map(({ path }) => path),
      [],
    );
  });

  it('give each model provider a folder, an entry in the list, and no other place', () => {
    const models = 'src/hands/model/';
    const list = `${models}providers.ts`;
    const folderOf = (path: string) =>
      path.startsWith(models) ? path.slice(models.length).split('/').slice(0, -1).join('/') : '';
    const listed = src.find(({ path }) => path === list)?.imports.map(({ from }) => folderOf(from));
    const folders = new Set(src.map(({ path }) => folderOf(path)).filter(Boolean));
    expect(new Set(listed?.filter(Boolean))).toEqual(folders);
    // A rehearsal is also an option of the command line and a means of trials.
    const isClosed = (folder: string) => folder !== '' && folder !== 'rehearsal';
    const others = src.filter(({ path }) => path !== list && !PUBLIC.has(path));
    holds(
      strays(others, ({ path }, to) => !isClosed(folderOf(to)) || folderOf(to) === folderOf(path)),
      [],
    );
    const named = others.filter(
      ({ path, words }) =>
        folderOf(path) !== 'anthropic' && [...words].some((word) => word.includes('ANTHROPIC_')),
    );
    holds(
      named.map(({ path }) => path),
      [],
    );
  });

  it('give each panel of the page a folder, an entry in the list, and no other place', () => {
    const panels = 'src/visualizer/page/panels/';
    const folderOf = (path: string) =>
      path.startsWith(panels) ? path.slice(panels.length).split('/').slice(0, -1).join('/') : '';
    const list = page.find(({ path }) => path === `${panels}panels.ts`);
    const listed = new Set(list?.imports.map(({ from }) => folderOf(from)).filter(Boolean));
    expect(listed).toEqual(new Set(page.map(({ path }) => folderOf(path)).filter(Boolean)));
    const own = (from: Source, to: string) =>
      folderOf(to) === '' || folderOf(to) === folderOf(from.path);
    holds(
      strays(
        page.filter((source) => source !== list),
        own,
      ),
      [],
    );
  });

  it('have no circle of imports, of values or of types', () => {
    holds(
      circlesAmong(measured).map((circle) => circle.join(' ')),
      exceptions.circles,
    );
  });

  it('spell the names of XState in one file of those that run machines', () => {
    const spelled = engine.filter(({ text }) => /['`/^]xstate\\?\./.test(text));
    expect(spelled.map(({ path }) => path)).toEqual(['src/actors/machine/xstate-names.ts']);
  });
});

describe('a file', () => {
  it(`has at most ${LINES_MAX} lines`, () => {
    const long = measured.filter(({ lines }) => lines > LINES_MAX);
    holds(
      long.map(({ path }) => path),
      exceptions.longFiles,
    );
  });

  it(`has no function of more than ${FUNCTION_LINES_MAX} lines`, () => {
    const long = measured.flatMap(({ path, functions }) =>
      functions
        .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
        .map(({ name }) => `${path} ${name}`),
    );
    holds(long, exceptions.longFunctions);
  });

  it('is not named for being a drawer', () => {
    const drawers = measured.filter(({ path }) =>
      /[/-](utils?|helpers?|common|types)\.tsx?$/.test(path),
    );
    holds(
      drawers.map(({ path }) => path),
      [],
    );
  });

  it('is text that people write', () => {
    const made = filesBelow('src', /./).filter((path) => {
      const bytes = bytesOf(path);
      const text = bytes.toString();
      return (
        bytes.includes(0) ||
        !Buffer.from(text).equals(bytes) ||
        text.split('\n').some((line) => line.length > LINE_LENGTH_MAX)
      );
    });
    holds(made, exceptions.blobs);
  });
});

describe('a name', () => {
  it('that is exported is imported by another file, or public', () => {
    const taken = new Set(
      [...measured, ...others].flatMap(({ imports }) =>
        imports.flatMap(({ from, names }) => names.map((name) => `${from} ${name}`)),
      ),
    );
    // A file that is loaded by a computed name gives all it has.
    const computed = measured
      .flatMap(({ imports }) => imports)
      .filter(({ from }) => from.includes('${'))
      .map(({ from }) => new RegExp(`^${from.replaceAll(/\$\{.*?\}/g, '[^/]+')}$`));
    const dead = measured
      .filter(({ path }) => !PUBLIC.has(path) && !computed.some((name) => name.test(path)))
      .flatMap(({ path, exports, passedOn }) =>
        [...exports, ...passedOn]
          .filter((name) => !taken.has(`${path} ${name}`) && !taken.has(`${path} *`))
          .map((name) => `${path} ${name}`),
      );
    holds(dead, exceptions.deadExports);
  });

  it('means one thing: it is defined and exported in one file only', () => {
    const homes = new Map<string, Set<string>>();
    // A default export is named by its file.
    for (const { path, exports } of src)
      for (const name of exports)
        if (name !== 'default') homes.set(name, (homes.get(name) ?? new Set()).add(path));
    const several = [...homes].filter(([, paths]) => paths.size > 1);
    holds(
      several.map(([name]) => name),
      exceptions.wordsWithSeveralMeanings,
    );
  });
});

describe('the compiler', () => {
  for (const [kind, max] of Object.entries(ASSERTIONS_MAX))
    it(`is told by \`${kind}\` no more often than ${max} times`, () => {
      const told = src.reduce(
        (sum, { assertions }) => sum + assertions[kind as keyof typeof ASSERTIONS_MAX],
        0,
      );
      expect(told).toBeLessThanOrEqual(max);
      // The bound follows the count down, a few at a time, so that two changes seldom meet in its line.
      expect(told, 'lower the bound in tidy-exceptions.ts').toBeGreaterThan(max - 50);
    });
});
