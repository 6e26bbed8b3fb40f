/**
 * What a step of a machine comes to, in the runtime's words: its new snapshot, and what it wants done. Whoever
 * steps a machine (`interpreter`, `stepper`) gives these out; the turn takes them over.
 */
import type { AnyMachineSnapshot } from 'xstate';
import type { Json, JsonObject } from '../../events/event.ts';

/** An event as a machine hears it. */
export interface HeardEvent {
  type: string;
  [key: string]: unknown;
}

/** What a machine wants done, in the order it said so. */
export type Effect =
  | {
      kind: 'say';
      event: { type: string; to?: string | readonly string[]; [key: string]: unknown };
    }
  | { kind: 'owe'; invoke: string; src: string; input: Json }
  | { kind: 'cancel'; invoke: string }
  | { kind: 'arm'; timer: string; event: JsonObject; delayMs: number }
  | { kind: 'disarm'; timer: string };

export interface Step {
  snapshot: AnyMachineSnapshot;
  effects: Effect[];
}

/** A machine threw, went into its error state, or asked for something that cannot be made durable. */
export class MachineFailure extends Error {
  override readonly name = 'MachineFailure';
}

/** What a machine hands over, as JSON: a copy that it cannot change any more. */
export function handedOver(value: unknown, machine: string): Json {
  const plain = plainCopy(value);
  if (plain !== undefined) return plain;
  if (value === undefined) return null;
  try {
    return JSON.parse(JSON.stringify(value)) as Json;
  } catch (error) {
    throw new MachineFailure(
      `machine "${machine}" hands over something that is not JSON: ${messageOf(error)}`,
    );
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The same without writing and reading text, where nothing is anything but JSON; undefined otherwise. */
function plainCopy(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // Written down, -0 is 0.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined;
  if (typeof value !== 'object' || 'toJSON' in value) return undefined;
  if (Array.isArray(value)) return plainList(value);
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === null ? plainObject(value) : undefined;
}

function plainList(values: readonly unknown[]): Json[] | undefined {
  const copy: Json[] = [];
  for (const one of values) {
    const plain = plainCopy(one);
    if (plain === undefined) return undefined;
    copy.push(plain);
  }
  return copy;
}

function plainObject(value: object): JsonObject | undefined {
  const copy: JsonObject = {};
  for (const [key, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const plain = plainCopy(one);
    if (plain === undefined || key === '__proto__') return undefined;
    copy[key] = plain;
  }
  return copy;
}
