/**
 * Fills a JSON schema with something plausible: the shape comes from the schema, the words from the scene.
 * This is what lets the rehearsal play moves it has never seen.
 *
 * Invariants
 * 1. What the schema demands (required keys, bounds, enums, patterns) holds, whatever the field is called.
 * 2. Names of fields only choose words; an unknown name gets a general sentence.
 */
import type { Json, JsonObject } from '../../../events/event.ts';
import { sentence } from './prose.ts';
import type { Scene } from './scene.ts';
import { fitsWord, wordFor } from './wording.ts';

type Schema = { readonly [key: string]: Json };

/** Deeper schemas (recursive ones) are filled with as little as they allow. */
const DEPTH_MAX = 6;
const ITEMS_MAX = 8;

/** Arguments for a tool whose input is `schema`; `given` are those already known. */
export function fillArguments(schema: Schema, scene: Scene, given: JsonObject = {}): JsonObject {
  return fillObject(schema, scene, given, 0, schema);
}

function fill(schema: Schema, name: string, scene: Scene, depth: number, root: Schema): Json {
  const known = resolved(schema, root);
  if ('const' in known) return known['const']!;
  if (Array.isArray(known['enum'])) return pickOf(known['enum'], name, scene);
  const choices = (known['anyOf'] ?? known['oneOf']) as Schema[] | undefined;
  if (choices && choices.length > 0) {
    const telling = choices.filter((choice) => choice['type'] !== 'null');
    const usable = telling.length > 0 && depth < DEPTH_MAX ? telling : choices.toReversed();
    const choice = depth < DEPTH_MAX ? scene.dice.pick(usable) : usable[0]!;
    const { anyOf: _, oneOf: __, ...rest } = known;
    return fill({ ...rest, ...choice }, name, scene, depth + 1, root);
  }
  switch (typeOf(known, scene)) {
    case 'object':
      return fillObject(known, scene, {}, depth, root);
    case 'array':
      return fillArray(known, name, scene, depth, root);
    case 'integer':
    case 'number':
      return fillNumber(known, scene);
    case 'boolean':
      return scene.dice.chance(CLOSING.test(name) ? Math.min(0.9, 0.3 + 0.3 * scene.age) : 0.5);
    case 'null':
      return null;
    default:
      return wordFor(known, name, scene);
  }
}

function resolved(schema: Schema, root: Schema): Schema {
  let known = schema;
  for (let i = 0; i < DEPTH_MAX && typeof known['$ref'] === 'string'; i++) {
    const { $ref, ...rest } = known;
    let target: Json | undefined = root as JsonObject;
    for (const part of String($ref).replace(/^#\/?/, '').split('/'))
      if (part !== '') target = (target as JsonObject | undefined)?.[part];
    known = { ...((target ?? {}) as Schema), ...rest };
  }
  if (!Array.isArray(known['allOf'])) return known;
  const { allOf, ...rest } = known;
  const parts = [rest as Schema, ...(allOf as Schema[]).map((part) => resolved(part, root))];
  return {
    ...Object.assign({}, ...parts),
    properties: Object.assign({}, ...parts.map((part) => part['properties'])),
    required: parts.flatMap((part) => (part['required'] ?? []) as Json[]),
  };
}

function typeOf(schema: Schema, scene: Scene): string {
  const type = schema['type'];
  if (Array.isArray(type)) {
    const telling = type.filter((one) => one !== 'null');
    return String(scene.dice.pick(telling.length > 0 ? telling : type));
  }
  if (typeof type === 'string') return type;
  if (schema['properties']) return 'object';
  return schema['items'] ? 'array' : 'string';
}

function fillObject(
  schema: Schema,
  scene: Scene,
  given: JsonObject,
  depth: number,
  root: Schema,
): JsonObject {
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const required = new Set((schema['required'] ?? []) as string[]);
  const filled: JsonObject = {};
  for (const [name, property] of Object.entries(properties)) {
    if (name in given) filled[name] = given[name]!;
    else if (required.has(name) || (depth < 2 && scene.breath > 0 && mayAdd(name, scene)))
      filled[name] = fill(property, name, scene, depth + 1, root);
  }
  for (const name of required)
    if (!(name in filled)) filled[name] = given[name] ?? sentence('claim', scene.gist, scene.dice);
  const others = schema['additionalProperties'];
  if (Object.keys(filled).length === 0 && typeof others === 'object' && others !== null)
    filled[scene.gist.nouns[0]!] = fill(others as Schema, 'claim', scene, depth + 1, root);
  return filled;
}

/** A path promises a file: it is given when one was written in this turn, and then instead of a text. */
function mayAdd(name: string, scene: Scene): boolean {
  if (name === 'path') return scene.written !== undefined;
  if (name === 'content') return scene.written === undefined;
  return !/path|file|hash/i.test(name) && scene.dice.chance(0.6);
}

function fillArray(
  schema: Schema,
  name: string,
  scene: Scene,
  depth: number,
  root: Schema,
): Json[] {
  const least = Number(schema['minItems'] ?? 0);
  const most = Math.max(least, Math.min(Number(schema['maxItems'] ?? ITEMS_MAX), ITEMS_MAX));
  if (Array.isArray(schema['prefixItems']))
    return (schema['prefixItems'] as Schema[]).map((item) =>
      fill(item, name, scene, depth + 1, root),
    );
  const items = (schema['items'] ?? {}) as Schema;
  const item = resolved(items, root);
  const reference = referenceIn(item, root);
  if (reference) {
    const tags = scene.gist.tags
      .filter((tag) => fitsWord(reference.schema, tag))
      .slice(0, Number(schema['maxItems'] ?? 50));
    if (tags.length >= least)
      return tags.map((tag) => fillObject(item, scene, { [reference.key]: tag }, depth, root));
  }
  const wanted =
    depth >= DEPTH_MAX || scene.breath <= 0
      ? least
      : scene.dice.int(OPEN.test(name) && scene.age > 1 ? 0 : 1, OPEN.test(name) ? 2 : 3);
  const count = Math.min(most, Math.max(least, wanted));
  const made: Json[] = [];
  const seen = new Set<string>();
  for (let i = 0; made.length < count && i < count * 4; i++) {
    const one = fill(item, name.replace(/ies$/, 'y').replace(/s$/, ''), scene, depth + 1, root);
    const text = JSON.stringify(one);
    // The same sentence twice is dropped, unless there are too few without it.
    if (seen.has(text) && (schema['uniqueItems'] === true || i < count * 3)) continue;
    seen.add(text);
    made.push(one);
  }
  return made;
}

/** The key by which items answer points that were raised: then there is one item for each point shown. */
function referenceIn(item: Schema, root: Schema): { key: string; schema: Schema } | undefined {
  const properties = Object.entries((item['properties'] ?? {}) as Record<string, Schema>);
  if (!properties.some(([key]) => ANSWER.test(key))) return undefined;
  const [key, property] = properties.find(([name]) => REFERENCE.test(name)) ?? [];
  if (key === undefined || property === undefined) return undefined;
  const schema = resolved(property, root);
  return schema['type'] === 'string' && !schema['enum'] && !('const' in schema)
    ? { key, schema }
    : undefined;
}

function fillNumber(schema: Schema, scene: Scene): number {
  const step = Number(schema['multipleOf'] ?? (schema['type'] === 'integer' ? 1 : 0.01));
  const low = bound(schema['minimum'], schema['exclusiveMinimum'], step);
  const high = bound(schema['maximum'], schema['exclusiveMaximum'], -step);
  // Bounds at the edge of what a number can hold are no information.
  const from = low > -1e12 ? low : Math.min(0, high);
  const to = Math.min(high, from + (high - from <= 1 ? high - from : Math.max(5, 5 * step)));
  const steps = Math.max(0, Math.floor((to - from) / step));
  const first = Math.ceil(from / step - 1e-9) * step;
  return Number((first + scene.dice.int(0, steps) * step).toFixed(6));
}

function bound(inclusive: Json | undefined, exclusive: Json | undefined, step: number): number {
  if (typeof exclusive === 'number') return exclusive + step;
  return typeof inclusive === 'number' ? inclusive : step > 0 ? -Infinity : Infinity;
}

function pickOf(values: readonly Json[], name: string, scene: Scene): Json {
  if (/confidence|certainty/i.test(name))
    for (const wish of scene.age > 1 ? ['high', 'medium'] : ['medium', 'high'])
      if (values.includes(wish) && scene.dice.chance(0.7)) return wish;
  if (/severity|priority|impact/i.test(name))
    for (const wish of ['medium', 'high', 'low'])
      if (values.includes(wish) && scene.dice.chance(0.45)) return wish;
  return scene.dice.pick(values);
}

const CLOSING = /agree|accept|approve|final|done|complete|ready|ok|pass|clear|resolved/i;
const OPEN = /issue|open|dissent|objection|unresolved|block|question|warning|concern/i;
const REFERENCE = /^(tag|point|id|ref|reference|issue|question|claim|item)$/i;
const ANSWER = /answer|response|reply|ruling|verdict|resolution|rebuttal|outcome|decision|status/i;
