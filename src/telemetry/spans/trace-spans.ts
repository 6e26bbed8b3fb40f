/**
 * A team's stream as spans: team > agent > turn > model call or tool, by the GenAI semantic conventions of
 * OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/gen-ai/). Made from the events alone, so a team can be
 * traced long after it has ended. No text of a prompt or an answer is in it.
 *
 * Invariants
 * 1. Ids follow from team and revision: exported twice is the same trace, and a child team finds its parent's span.
 * 2. Every span has its parent in the trace, begins no earlier, and has an end; what still goes on ends at the last
 *    event.
 * 3. A span that has ended changes no more: sent as it ends, it is what a later reading of the log makes of it.
 */

import type { RecordedEvent } from '../../events/event.ts';
import type { Conventions, Span } from './span.ts';
import { TeamTrace } from './team-trace.ts';

export function traceSpans(
  events: readonly RecordedEvent[],
  conventions: Conventions = 'latest',
): Span[] {
  const trace = new TeamTrace(conventions, forkedAs(events));
  const spans = events.flatMap((event) => trace.hear(event).begun);
  trace.cut();
  return spans;
}

/** A fork is a trace of its own, its shared past included: it goes by the name that it took last. */
export const forkedAs = (events: readonly RecordedEvent[]): RecordedEvent | undefined =>
  events.findLast(({ type }) => type === 'team.forked');
