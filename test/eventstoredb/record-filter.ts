/**
 * The filter of a `$all` read or subscription: on stream names or event types, by prefixes or a regular
 * expression. A filter without either lets nothing pass, as on the server.
 */
import type { LogRecord } from './event-log.ts';

interface Expression {
  getRegex(): string;
  getPrefixList(): string[];
}

/** As both Streams and PersistentSubscriptions send it. */
export interface FilterMessage {
  getStreamIdentifier(): Expression | undefined;
  getEventType(): Expression | undefined;
}

export type RecordFilter = (record: LogRecord) => boolean;

/** The pattern is none. */
export class BadPattern extends Error {
  override readonly name = 'BadPattern';
}

export function recordFilter(message: FilterMessage | undefined): RecordFilter {
  const expression = message?.getStreamIdentifier() ?? message?.getEventType();
  if (!message || !expression) return () => true;
  const subject: (record: LogRecord) => string = message.getStreamIdentifier()
    ? (record) => record.stream
    : (record) => record.type;
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0)
    return (record) => prefixes.some((prefix) => subject(record).startsWith(prefix));
  if (expression.getRegex() === '') return () => false;
  const found = pattern(expression.getRegex());
  return (record) => found.test(subject(record));
}

/** .NET's patterns as far as JavaScript can follow: with `\p{…}`, and options such as `(?i)` at the beginning. */
function pattern(text: string): RegExp {
  const [, options = '', rest = text] = /^\(\?([ims]+)\)(.*)$/s.exec(text) ?? [];
  for (const flags of [`u${options}`, options]) {
    try {
      return new RegExp(rest, flags);
    } catch {
      // Not with these flags.
    }
  }
  throw new BadPattern(`Invalid pattern '${text}'`);
}
