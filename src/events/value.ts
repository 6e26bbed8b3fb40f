/**
 * Values: how what a machine of one's own holds, hears and gives out becomes JSON, and comes back equal.
 *
 * Plain JSON is stored as it is. Any other value that can be cloned (Date, Map, Set, BigInt, undefined, NaN,
 * cycles, errors) is stored as `{ "$devalue": … }`, in the flat form of the library devalue, so that a
 * reader who does not know it sees that it is encoded.
 *
 * Invariants
 * 1. What is decoded equals what was encoded, and shares nothing with it.
 * 2. An object whose only key is `$devalue` is always the tag: such a value itself is encoded too.
 * 3. What cannot be cloned (functions, instances of classes) is refused by its path.
 */
import { stringify, unflatten } from 'devalue';
import type { Json, JsonObject } from './event.ts';
import { errorFields, errorFrom } from './thrown.ts';

const TAG = '$devalue';

/** A value holds something that cannot be written down; `path` says where. */
export class NotAValue extends TypeError {
  override readonly name = 'NotAValue';
  constructor(
    what: string,
    readonly path: string,
    reason: string,
  ) {
    super(`${what} holds ${reason} at ${path || 'its top'}, which cannot be written down`);
  }
}

/** Further kinds of values: each is taken to what can be encoded, and back. */
interface Codec {
  readonly [kind: string]: { take(value: unknown): unknown; give(taken: never): unknown };
}

/** A reference to an actor, for whoever is not in its team: its name. */
const ACTOR = { take: () => false, give: ({ id }: { id: string }) => ({ actor: id }) };

const ERRORS: Codec = {
  Actor: ACTOR,
  Error: {
    take: (value) => (value instanceof Error ? errorFields(value, isEncodable) : false),
    give: errorFrom,
  },
};

/** As JSON. `what` names the value in a refusal. Throws `NotAValue`. */
export function encode(value: unknown, what = 'the value', codec: Codec = {}): Json {
  if (isPlain(value, 0) && !isTag(value)) return JSON.parse(JSON.stringify(value));
  return { [TAG]: JSON.parse(flat(value, what, { ...ERRORS, ...codec })) };
}

/** The value again, of whatever kind it was, as from `JSON.parse`; a new one at each call when it was encoded, else the JSON itself. */
export function decode(json: Json, codec: Codec = {}): any {
  if (!isTag(json)) return json;
  const givers = Object.entries({ ...ERRORS, ...codec }).map(([kind, { give }]) => [kind, give]);
  return unflatten(json[TAG] as number | unknown[], Object.fromEntries(givers));
}

/** A copy that shares nothing with the value, equal to what will be read from the store. */
export const copyOf = (value: unknown, what?: string, codec?: Codec): unknown =>
  decode(encode(value, what, codec), codec);

/** The data of an event that a machine says: all of it but its type. */
export function encodeEvent(event: { readonly type: string }, codec?: Codec): JsonObject {
  const { type, ...data } = event;
  return encode(data, `the event "${type}"`, codec) as JsonObject;
}

export const decodeEvent = (
  type: string,
  data: JsonObject,
  codec?: Codec,
): { type: string; [key: string]: unknown } => ({ ...decode(data, codec), type });

function flat(value: unknown, what: string, codec: Codec): string {
  const takers = Object.entries(codec).map(([kind, { take }]) => [kind, take]);
  try {
    return stringify(value, Object.fromEntries(takers));
  } catch (error) {
    const { path, message } = error as { path?: unknown; message: string };
    if (typeof path !== 'string') throw error;
    throw new NotAValue(what, path, reasonOf(message));
  }
}

function reasonOf(message: string): string {
  if (/function/i.test(message)) return 'a function';
  if (/symbol/i.test(message)) return 'a symbol';
  return 'an instance of a class';
}

function isEncodable(value: unknown): boolean {
  try {
    encode(value);
    return true;
  } catch {
    return false;
  }
}

const isTag = (value: unknown): value is { [TAG]: Json } =>
  typeof value === 'object' &&
  value !== null &&
  Object.hasOwn(value, TAG) &&
  Object.keys(value).length === 1;

/** Deeper values are left to the encoding, which knows cycles. */
const DEPTH_MAX = 64;

/** JSON that reads back as it was written: no undefined, NaN, -0, holes, or objects that are more than data. */
function isPlain(value: unknown, depth = 0): value is Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      if (value === null) return true;
      if (depth > DEPTH_MAX) return false;
      return Array.isArray(value) ? isPlainList(value, depth) : isPlainObject(value, depth);
    default:
      return false;
  }
}

function isPlainList(list: readonly unknown[], depth: number): boolean {
  if (Object.keys(list).length !== list.length) return false;
  for (const item of list) if (!isPlain(item, depth + 1)) return false;
  return true;
}

function isPlainObject(value: object, depth: number): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || key === 'toJSON' || !isPlain(inner, depth + 1)) return false;
  }
  return true;
}
