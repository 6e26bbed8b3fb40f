/**
 * The filter of a `$all` read or subscription: on stream names or event types, by prefixes or a regular
 * expression.
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

export function recordFilter(message: FilterMessage | undefined): RecordFilter {
  const expression = message?.getStreamIdentifier() ?? message?.getEventType();
  if (!message || !expression) return () => true;
  const subject: (record: LogRecord) => string = message.getStreamIdentifier()
    ? (record) => record.stream
    : (record) => record.type;
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0)
    return (record) => prefixes.some((prefix) => subject(record).startsWith(prefix));
  const pattern = new RegExp(expression.getRegex());
  return (record) => pattern.test(subject(record));
}
