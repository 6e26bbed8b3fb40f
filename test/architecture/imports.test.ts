/**
 * The directions of import, read from the sources: events <- machines; events <- projections <- actors <- hands <-
 * telemetry <- visualizer <- cli; events, machines <- planning <- hands.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

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

/** What server and page share, beside the vocabulary and the projections. */
const FOR_THE_PAGE: ReadonlySet<string> = new Set([
  'visualizer/shared/wire.ts',
  'visualizer/shared/shown-event.ts',
  'visualizer/shared/prompt.ts',
  'events/amounts.ts',
  'events/event.ts',
  'events/known-events.ts',
]);

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.tsx?$/.test(name),
);
const roomOf = (file: string) => file.split(sep)[0]!;

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\s)(?:import|export)\s[^'";]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)/g,
  );
  return [...found]
    .map(([, plain, dynamic]) => (plain ?? dynamic)!)
    .filter((name) => name.startsWith('.'));
}

describe('the rooms of the architecture', () => {
  it('are the only folders there are', () => {
    const rooms = new Set(files.filter((file) => file.includes(sep)).map(roomOf));
    expect([...rooms].filter((room) => !(room in MAY))).toEqual([]);
  });

  for (const room of Object.keys(MAY)) {
    it(`let ${room} import only ${MAY[room]!.join(', ') || 'nothing of the others'}`, () => {
      const wrong = files
        .filter((file) => file.includes(sep) && roomOf(file) === room)
        .flatMap((file) =>
          importsOf(file).flatMap((name) => {
            const target = relative(src, resolve(src, dirname(file), name));
            const other = roomOf(target);
            return other === room || MAY[room]!.includes(other) || target.startsWith('..')
              ? []
              : [`${file} -> ${target}`];
          }),
        );
      expect(wrong).toEqual([]);
    });
  }

  it('keep machines and projections from knowing each other', () => {
    expect(MAY['machines']).not.toContain('projections');
    expect(MAY['projections']).not.toContain('machines');
  });

  it('give the page of the visualizer nothing that runs in Node', () => {
    const page = join('visualizer', 'page') + sep;
    const wrong = files
      .filter((file) => file.startsWith(page))
      .flatMap((file) => {
        const text = readFileSync(join(src, file), 'utf8');
        const values = text.matchAll(/^(?:import|export)\s(?!type\b)[^'";]*?from\s*'([^']+)'/gm);
        return [...values]
          .map(([, name]) => name!)
          .filter((name) => {
            if (!name.startsWith('.')) return name.startsWith('node:');
            const target = relative(src, resolve(src, dirname(file), name));
            return !(
              target.startsWith(page) ||
              /^(events[/\\]words|projections)[/\\]/.test(target) ||
              FOR_THE_PAGE.has(target.split(sep).join('/'))
            );
          })
          .map((name) => `${file} -> ${name}`);
      });
    expect(wrong).toEqual([]);
  });

  it('have no file that is named for being a drawer', () => {
    const drawers = files.filter((file) =>
      /(^|[/\\-])(utils?|helpers?|common|types)\.ts$/.test(file),
    );
    expect(drawers).toEqual([]);
  });

  it('spell the names of XState in one file of those that run machines', () => {
    const spelled = files.filter(
      (file) =>
        roomOf(file) === 'actors' &&
        /['`/^]xstate\\?\./.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(spelled).toEqual([join('actors', 'machine', 'xstate-names.ts')]);
  });
});
