import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject, RawEvent, RecordedEvent } from '../../src/events/event.ts';
import { defineEvent, RESERVED_KEYS } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { createCatalog, UNTYPED, UnreadableEvent } from '../../src/events/known-events.ts';
import { vocabulary } from '../../src/events/words/index.ts';

const FOLDER = new URL('./fixtures/events/', import.meta.url);
const catalog = createCatalog(vocabulary);
const names = readdirSync(FOLDER).sort();

const stored = (name: string): RecordedEvent =>
  JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));

const rawOf = (event: RecordedEvent): RawEvent => ({
  ...event,
  data: JSON.stringify(event.data),
  meta: JSON.stringify(event.meta),
});

describe('every type of event', () => {
  it.each(vocabulary.map(({ type, version }) => [type, version] as const))(
    '%s has a stored fixture of every version up to %i',
    (type, version) => {
      for (let one = 1; one <= version; one++) expect(names).toContain(`${type}.v${one}.json`);
    },
  );

  it.each(vocabulary.map(({ type, data }) => [type, data] as const))(
    '%s is strict JSON: nothing is transformed, filled in, coerced or let through unknown',
    (_type, schema) => {
      expect(looseParts(schema)).toEqual([]);
    },
  );

  it('leaves the keys free that a machine hears beside the data', () => {
    for (const { data } of vocabulary) {
      for (const key of RESERVED_KEYS)
        expect(Object.keys((data as z.ZodObject).shape)).not.toContain(key);
    }
  });
});

describe('a stored event', () => {
  it.each(names)('%s can be read, and its name says what it is', (name) => {
    const event = stored(name);
    expect(name).toBe(`${event.type}.v${event.version}.json`);
    const read = catalog.decode(rawOf(event));
    const definition = catalog.get(event.type);
    expect(definition, `${event.type} is no longer in the vocabulary`).toBeDefined();
    expect(read.version).toBe(definition!.version);
    expect(read.meta).toEqual(event.meta);
    if (event.version === definition!.version) expect(read).toEqual(event);
  });

  it.each(names)('%s is refused with a key more or a required key less', (name) => {
    const event = stored(name);
    expect(() => catalog.decode(rawOf({ ...event, data: { ...event.data, more: 1 } }))).toThrow(
      UnreadableEvent,
    );
    const shape = (catalog.get(event.type)!.data as z.ZodObject).shape;
    const { version, data } = catalog.decode(rawOf(event));
    for (const key of Object.keys(data)) {
      if (shape[key]!.safeParse(undefined).success) continue;
      const { [key]: _, ...less } = data;
      expect(() => catalog.check(event.type, version, less)).toThrow(UnreadableEvent);
    }
  });
});

describe('a catalog', () => {
  const first = defineEvent('plan.made', z.strictObject({ title: z.string() }));
  const raw = (more: Partial<RawEvent>): RawEvent => ({
    id: '00000000-0000-4000-8000-000000000000',
    stream: 'team-t1' as StreamName,
    revision: 7,
    position: 9,
    type: 'plan.made',
    version: 1,
    data: '{"title":"A"}',
    meta: '{"at":1,"turn":0}',
    ...more,
  });

  const why = (read: () => unknown): string => {
    try {
      read();
    } catch (error) {
      if (error instanceof UnreadableEvent) return `${error.why}: ${error.message}`;
    }
    return 'readable';
  };

  it('brings an old shape up to the newest, one version at a time, before it checks', () => {
    const second = defineEvent('plan.made', z.strictObject({ name: z.string(), steps: z.int() }), {
      version: 3,
      upcasts: {
        1: ({ title, ...rest }: JsonObject) => ({ ...rest, name: title! }),
        2: (data) => ({ ...data, steps: 0 }),
      },
    });
    const read = createCatalog([second]).decode(raw({}));
    expect(read).toMatchObject({ version: 3, data: { name: 'A', steps: 0 } });
    const newer = createCatalog([second]).decode(raw({ version: 2, data: '{"name":"B"}' }));
    expect(newer.data).toEqual({ name: 'B', steps: 0 });
  });

  it('says of an event that it cannot read what is wrong and where', () => {
    const small = createCatalog([first]);
    expect(why(() => small.decode(raw({ type: 'plan.lost' })))).toMatch(
      /^unknownType: team-t1@7: .*"plan.lost"/,
    );
    expect(why(() => small.decode(raw({ version: 2 })))).toMatch(
      /^newerVersion: .*use the version that wrote it/,
    );
    expect(why(() => small.decode(raw({ data: '{"title":4}' })))).toMatch(
      /^invalid: team-t1@7: "plan.made" does not fit its schema at title/,
    );
  });

  it('takes untyped events of users as the JSON that they are', () => {
    const read = createCatalog([]).decode(
      raw({ type: 'order.paid', version: UNTYPED, data: '{"sum":3}' }),
    );
    expect(read.data).toEqual({ sum: 3 });
  });

  it('does not take two definitions of one type', () => {
    const other = defineEvent('plan.made', z.strictObject({}));
    expect(() => createCatalog([first, other])).toThrow('"plan.made" is defined twice');
    expect(createCatalog([first, first]).types).toEqual([first]);
  });
});

describe('a definition is refused', () => {
  it('when its type is not dotted and lower case', () => {
    for (const type of ['made', 'Plan.made', 'plan..made', 'plan.made!'])
      expect(() => defineEvent(type, z.strictObject({}))).toThrow('write it dotted');
  });
  it('when a version has no upcast from the one before', () => {
    expect(() => defineEvent('plan.made', z.strictObject({}), { version: 2 })).toThrow(
      'needs an upcast from 1',
    );
  });
  it('when it takes a key that the runtime adds', () => {
    expect(() => defineEvent('plan.made', z.strictObject({ from: z.string() }))).toThrow(
      '"from" is added by the runtime',
    );
  });
});

describe('the check for strictness', () => {
  it('sees what is loose, however deep', () => {
    const deep = (inner: z.ZodType) => z.strictObject({ list: z.array(z.union([inner])) });
    expect(looseParts(deep(z.string()))).toEqual([]);
    expect(looseParts(deep(z.string().default('x')))).not.toEqual([]);
    expect(looseParts(deep(z.coerce.number()))).not.toEqual([]);
    expect(looseParts(deep(z.string().transform(Number)))).not.toEqual([]);
    expect(looseParts(deep(z.string().trim()))).not.toEqual([]);
    expect(looseParts(deep(z.object({})))).not.toEqual([]);
    expect(looseParts(deep(z.looseObject({})))).not.toEqual([]);
    expect(looseParts(deep(z.date()))).not.toEqual([]);
    expect(looseParts(deep(z.string().optional()))).toEqual([]);
  });
});

/** What JSON is made of, and what only combines it. Everything else changes what it reads, or is no JSON. */
const PLAIN = new Set(['string', 'number', 'boolean', 'null', 'enum', 'literal', 'int']);

/** The parts of a schema that break its strictness, by path. */
function looseParts(schema: z.ZodType, path = 'data', seen = new Set<z.ZodType>()): string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const def = schema.def as unknown as {
    type: string;
    coerce?: boolean;
    checks?: { _zod: { def: { check: string } } }[];
    shape?: Record<string, z.ZodType>;
    catchall?: z.ZodType;
    element?: z.ZodType;
    options?: z.ZodType[];
    innerType?: z.ZodType;
    keyType?: z.ZodType;
    valueType?: z.ZodType;
    getter?: () => z.ZodType;
    items?: z.ZodType[];
  };
  const own: string[] = [];
  if (def.coerce) own.push(`${path} coerces`);
  for (const check of def.checks ?? []) {
    if (check._zod.def.check === 'overwrite') own.push(`${path} changes what it reads`);
  }
  const inner = (part: z.ZodType | undefined, name: string): string[] =>
    part ? looseParts(part, `${path}.${name}`, seen) : [];
  switch (def.type) {
    case 'object': {
      if (def.catchall?.def.type !== 'never') own.push(`${path} lets unknown keys through`);
      return [...own, ...Object.entries(def.shape!).flatMap(([key, part]) => inner(part, key))];
    }
    case 'array':
      return [...own, ...inner(def.element, '[]')];
    case 'union':
      return [...own, ...def.options!.flatMap((part, index) => inner(part, `|${index}`))];
    case 'optional':
    case 'nullable':
      return [...own, ...inner(def.innerType, '?')];
    case 'record':
      return [...own, ...inner(def.keyType, 'key'), ...inner(def.valueType, 'value')];
    case 'lazy':
      return [...own, ...inner(def.getter!(), 'lazy')];
    default:
      return PLAIN.has(def.type) ? own : [...own, `${path} is a ${def.type}`];
  }
}
