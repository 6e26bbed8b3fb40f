/**
 * What was thrown: an error as fields that can be written down, the error again, and one sentence about it.
 *
 * Invariants
 * 1. Name, message, code, cause and own fields of an error survive; its stack, which speaks of one process, does not.
 * 2. An own field that cannot be written down is left out: an error is never refused for what hangs on it.
 * 3. A sentence never reads `[object Object]`.
 */
import { inspect } from 'node:util';

/** An error, taken apart. `cause` and `errors` are absent where the error has none. */
interface ErrorFields {
  name: string;
  message: string;
  cause?: unknown;
  errors?: unknown;
  fields: { [name: string]: unknown };
}

const APART = new Set(['name', 'message', 'stack', 'cause', 'errors']);

export function errorFields(error: Error, isEncodable: (value: unknown) => boolean): ErrorFields {
  const { name, message, cause } = error;
  const { errors, code } = error as { errors?: unknown; code?: unknown };
  const fields: ErrorFields['fields'] = {};
  for (const [key, value] of Object.entries(error)) {
    if (!APART.has(key) && isEncodable(value)) fields[key] = value;
  }
  // Of a DOMException the code is not its own.
  if (code !== undefined && isEncodable(code)) fields['code'] = code;
  return {
    name: String(name),
    message: String(message),
    ...(Object.hasOwn(error, 'cause') && isEncodable(cause) ? { cause } : {}),
    ...(error instanceof AggregateError && isEncodable(errors) ? { errors } : {}),
    fields,
  };
}

const KINDS: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** An error of the built-in kind of that name, else a plain `Error` that bears it. */
export function errorFrom({ name, message, fields, ...rest }: ErrorFields): Error {
  const options = 'cause' in rest ? { cause: rest.cause } : undefined;
  const error =
    'errors' in rest && Array.isArray(rest.errors)
      ? new AggregateError(rest.errors, message, options)
      : new (KINDS[name] ?? Error)(message, options);
  if (error.name !== name) {
    Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  }
  Object.defineProperty(error, 'stack', {
    value: `${name}: ${message}`,
    configurable: true,
    writable: true,
  });
  return Object.assign(error, fields);
}

const SENTENCE_MAX = 2000;

/** What was thrown, for a reader. */
export function sentenceOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  if (typeof thrown === 'string') return thrown;
  const { message } = (thrown ?? {}) as { message?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  return inspect(thrown, { depth: 3, breakLength: Number.POSITIVE_INFINITY }).slice(
    0,
    SENTENCE_MAX,
  );
}
