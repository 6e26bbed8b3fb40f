/**
 * Which types of events there are, and how a raw event becomes a recorded one: JSON parsed, brought up to
 * the newest version, checked by its schema.
 *
 * Version 0 stands for untyped JSON: what a user's own machine says without having defined it.
 *
 * What another program wrote is told by its meta: every event of ours has a time and a turn. Only in an inbox may
 * others speak.
 */
import type { EventDefinition, EventMeta, JsonObject, RawEvent, RecordedEvent } from './event.ts';

export const UNTYPED = 0;

/** The event cannot be understood: unknown type, newer version, or data that breaks its schema. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
  constructor(
    message: string,
    readonly why: 'unknownType' | 'newerVersion' | 'invalid' | 'foreign',
  ) {
    super(message);
  }
}

export interface EventCatalog {
  /** The definition of a type, if there is one. */
  get(type: string): EventDefinition | undefined;
  /** Parses, upcasts and checks; throws `UnreadableEvent`. `outside`: others may have written it, too. */
  decode(raw: RawEvent, by?: 'ours' | 'outside'): RecordedEvent;
  /** Checks data before it is appended; throws `UnreadableEvent`. */
  check(type: string, version: number, data: JsonObject): void;
  /** Whether a type is defined by whoever embeds the runtime. */
  isUsers(type: string): boolean;
  readonly types: readonly EventDefinition[];
}

export function createCatalog(
  definitions: Iterable<EventDefinition>,
  users: readonly EventDefinition[] = [],
): EventCatalog {
  const byType = new Map<string, EventDefinition>();
  const usersTypes = new Set(users.map(({ type }) => type));
  for (const definition of [...definitions, ...users]) {
    const other = byType.get(definition.type);
    if (other && other !== definition)
      throw new TypeError(`event type "${definition.type}" is defined twice`);
    byType.set(definition.type, definition);
  }
  const check = (type: string, version: number, data: JsonObject, raw?: RawEvent): void => {
    if (version === UNTYPED) return;
    const definition = byType.get(type);
    if (!definition)
      throw new UnreadableEvent(
        `${placeOf(raw)}event type "${type}" is not known here`,
        'unknownType',
      );
    if (version > definition.version) {
      throw new UnreadableEvent(
        `${placeOf(raw)}"${type}" has version ${version}, this program knows ${definition.version}: use the version that wrote it`,
        'newerVersion',
      );
    }
    const parsed = definition.data.safeParse(data);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UnreadableEvent(
        `${placeOf(raw)}"${type}" does not fit its schema at ${issue?.path.join('.') || 'the top'}: ${issue?.message}`,
        'invalid',
      );
    }
  };
  return {
    types: [...byType.values()],
    get: (type) => byType.get(type),
    isUsers: (type) => usersTypes.has(type),
    check,
    decode(raw, by = 'ours') {
      const { id, stream, revision, position, type } = raw;
      let data = parsed(raw.data, raw) as JsonObject;
      const meta = parsed(raw.meta, raw) as EventMeta;
      if (!isObject(data) || !isObject(meta) || (by === 'ours' && !isOurs(meta)))
        throw new UnreadableEvent(
          `${placeOf(raw)}"${type}" was written by another program`,
          'foreign',
        );
      let version = raw.version;
      const definition = byType.get(type);
      if (definition) {
        for (; version !== UNTYPED && version < definition.version; version++)
          data = definition.upcasts[version]!(data);
      }
      check(type, version, data, raw);
      return { id, stream, revision, position, type, version, data, meta };
    },
  };
}

/** Whether it can be read at all here: its type is defined, or needs no definition. */
export const isDefined = ({ type, version }: RawEvent, catalog: EventCatalog): boolean =>
  version === UNTYPED || catalog.get(type) !== undefined;

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The latest time that a date can tell. */
const TIME_MAX = 8.64e15;

/** Whether it is the meta of an event that this program wrote, of whatever version. */
export function isOurs(meta: unknown): meta is EventMeta {
  if (!isObject(meta)) return false;
  const { at, turn } = meta as Partial<Record<keyof EventMeta, unknown>>;
  const isTime = typeof at === 'number' && at >= 0 && at <= TIME_MAX;
  return isTime && Number.isInteger(turn);
}

const placeOf = (raw: RawEvent | undefined): string =>
  raw ? `${raw.stream}@${raw.revision}: ` : '';

function parsed(text: string, { stream, revision }: RawEvent): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableEvent(
      `${stream}@${revision}: what is stored is not JSON: the store is damaged`,
      'invalid',
    );
  }
}
