/**
 * A literal context is nobody's: each actor begins with a copy of it, so that a machine that changes what it
 * remembers in place changes it for itself alone.
 */
import { type AnyStateMachine, StateMachine } from 'xstate';

/** The same machine, which gives each actor a copy of its literal context. */
export function withOwnContext(machine: AnyStateMachine): AnyStateMachine {
  const { context: literal } = machine.config as { context?: unknown };
  if (typeof literal === 'function' || literal === undefined) return machine;
  // The literal hangs on the function, so that whoever looks at the source of the machine still sees it.
  const context = Object.assign(() => copyOfData(literal), { literal });
  const config = { ...machine.config, context };
  return new StateMachine(config as never, machine.implementations as never) as never;
}

/** Data is copied; whatever else a context holds is shared, as it is between actors of XState. */
function copyOfData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOfData);
  if (value instanceof Date) return new Date(value);
  if (value instanceof Map) {
    return new Map([...value].map(([key, inner]) => [copyOfData(key), copyOfData(inner)]));
  }
  if (value instanceof Set) return new Set([...value].map(copyOfData));
  if (typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOfData(inner)]));
}
