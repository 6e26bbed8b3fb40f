/**
 * What has happened, and how it is written down.
 *
 * A definition gives an event its type (dotted, past tense, lower case), its version and a strict zod
 * schema of plain JSON. A raw event is what a store keeps: the same facts with `data` and `meta` as JSON
 * text. A recorded event is a raw one, parsed and brought up to the newest version.
 *
 * Invariants
 * 1. `data` is JSON: what is read equals, key by key, what was appended.
 * 2. A schema never transforms, defaults or coerces; an old shape is changed only by its pure upcast.
 * 3. `id` belongs to one append attempt; nothing else is ever derived from it, and hashes leave it out.
 */
import type { z } from 'zod';
import type { StreamName } from './ids.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Facts about the telling, as opposed to what is told. */
export interface EventMeta {
  /** Milliseconds since 1970, never earlier than in the event before. */
  at: number;
  /** The turn it belongs to, counted from 0. */
  turn: number;
  /** True on the last event of its turn: prefixes are consistent here. */
  last?: true;
  /** Who said it; absent when the runtime or the outside did. */
  actor?: string;
  /** Who heard it, in this order. */
  to?: string[];
  /** Who heard it and could not act on it (a subset of `to`). */
  deaf?: string[];
  /** Who was named and does not exist or has stopped. */
  undeliverable?: string[];
  /** The activation (`actor/invoke@revision`) that it settles or judges. */
  work?: string;
  /** Where it came from, `stream@revision`, when it was first said elsewhere. */
  origin?: string;
  /** The event it follows from, `revision` in the same stream. */
  causationId?: number;
  /** What groups events across streams: the first team of a family. */
  correlationId?: string;
  /** The state value of each hearing actor after it. */
  state?: { [actor: string]: Json };
}

/** What a store is asked to append: JSON text, ready to write. */
export interface NewEvent {
  /** A UUID drawn once per append attempt. */
  id: string;
  type: string;
  version: number;
  data: string;
  meta: string;
}

/** What a store gives back. */
export interface RawEvent extends NewEvent {
  stream: StreamName;
  /** Counted from 0 within the stream. */
  revision: number;
  /** Ordered across all streams of the store; opaque, a safe integer. */
  position: number;
}

/** An event as everyone but a store sees it. */
export interface RecordedEvent<Type extends string = string, Data extends JsonObject = JsonObject> {
  id: string;
  stream: StreamName;
  revision: number;
  position: number;
  type: Type;
  version: number;
  data: Data;
  meta: EventMeta;
}

/** What hearing an event does to the team beside the machines that hear it. */
export type ActorEffect = 'joins' | 'leaves';

/**
 * What the limits that hold for any machine read in an event, beside its size and its hearers: pure, and stated
 * where the event is defined, so that no limit knows an event by its name.
 */
export interface Readings<Data = JsonObject> {
  /** An actor takes a seat and speaks through a model from now on. */
  seats?(data: Data): { actor: string; model: string; outputTokensMax: number };
  /** An actor gives up its seat. */
  unseats?(data: Data): string;
  /** An actor is asked for something. `shown` are revisions it is given to read; `task` is what is asked. */
  assigns?(data: Data): { actor: string; shown: readonly number[]; task: readonly Json[] };
  /** A matter is handed to others; `hearers` are those to whom the event is addressed. */
  hands?(data: Data, hearers: readonly string[]): { matter: string; to: readonly string[] };
  /** Something new from outside, for all who hear it. */
  isNews?: true;
  /** The team begins another round. */
  beginsRound?: true;
}

export interface EventDefinition<
  Type extends string = string,
  Schema extends z.ZodType = z.ZodType,
> {
  readonly type: Type;
  readonly version: number;
  readonly data: Schema;
  /** Counts against the limits of messages when an actor says it to another. */
  readonly message: boolean;
  /** `joins`: starts the actor `data.actor` of machine `data.machine`; `leaves`: stops it. */
  readonly effect: ActorEffect | undefined;
  readonly reads: Readings;
  /** From the shape of version `n` (the key) to that of `n + 1`. Pure. */
  readonly upcasts: { readonly [version: number]: (data: JsonObject) => JsonObject };
}

interface EventOptions<Data = JsonObject> {
  version?: number;
  message?: boolean;
  effect?: ActorEffect;
  reads?: Readings<Data>;
  upcasts?: { [version: number]: (data: JsonObject) => JsonObject };
}

/** What is read in most events. */
export const NOTHING_READ: Readings = Object.freeze({});

const TYPE = /^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)+$/;

/** Keys that the runtime adds when a machine hears an event; data must leave them free. */
export const RESERVED_KEYS = ['type', 'from', 'revision', 'at'] as const;

/**
 * Defines a type of event. `data` must be a `z.strictObject` of JSON.
 * Throws a TypeError when the type's name, version, upcasts or keys break the rules.
 */
export function defineEvent<const Type extends string, Schema extends z.ZodObject>(
  type: Type,
  data: Schema,
  options: EventOptions<z.output<Schema>> = {},
): EventDefinition<Type, Schema> {
  const version = options.version ?? 1;
  if (!TYPE.test(type))
    throw new TypeError(
      `event type "${type}": write it dotted, in lower case, like "task.assigned"`,
    );
  if (!Number.isInteger(version) || version < 1)
    throw new TypeError(`event type "${type}": version must be 1 or more`);
  for (const key of RESERVED_KEYS) {
    if (key in data.shape)
      throw new TypeError(
        `event type "${type}": "${key}" is added by the runtime; name it differently`,
      );
  }
  const upcasts = options.upcasts ?? {};
  for (let from = 1; from < version; from++) {
    if (!upcasts[from])
      throw new TypeError(`event type "${type}": version ${version} needs an upcast from ${from}`);
  }
  return {
    type,
    version,
    data,
    message: options.message ?? false,
    effect: options.effect,
    reads: (options.reads ?? NOTHING_READ) as Readings,
    upcasts,
  };
}

/** The recorded form of a definition. */
export type EventOf<Definition> =
  Definition extends EventDefinition<infer Type, infer Schema>
    ? RecordedEvent<Type, z.output<Schema> extends JsonObject ? z.output<Schema> : JsonObject>
    : never;

/** What a machine hears: the data, and who said it (`''`: the runtime or the outside), where and when. */
export type Heard<Definition> =
  Definition extends EventDefinition<infer Type, infer Schema>
    ? { type: Type; from: string; revision: number; at: number } & z.output<Schema>
    : never;

/** What a machine says with `emit`: the data, and optionally to whom. */
export type Said<Definition> =
  Definition extends EventDefinition<infer Type, infer Schema>
    ? { type: Type; to?: string | readonly string[] } & z.output<Schema>
    : never;
