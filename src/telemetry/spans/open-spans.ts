/**
 * The spans of one trace that go on, under the names by which they are ended, and what the last event has begun and
 * ended. A span that has ended is let go of: only the ids are kept, so that no two are the same.
 */
import { type Span, type SpanValue, spanIdOf } from './span.ts';

export class OpenSpans {
  private readonly open = new Map<string, Span>();
  private readonly ids = new Set<string>();
  private begun: Span[] = [];
  private over: Span[] = [];

  /** What has been begun and ended, in this order, since this was last asked. */
  changes(): { begun: Span[]; ended: Span[] } {
    const { begun, over } = this;
    this.begun = [];
    this.over = [];
    return { begun, ended: over };
  }

  get = (key: string): Span | undefined => this.open.get(key);

  /** The newest first. */
  newestFirst = (): Span[] => [...this.open.values()].reverse();

  entries = (): [string, Span][] => [...this.open];

  has = (span: Span): boolean => [...this.open.values()].includes(span);

  begin(
    key: string,
    trace: { readonly traceId: string; readonly team: string },
    parentSpanId: string | null,
    name: string,
    startAt: number,
    attributes: Record<string, SpanValue>,
  ): Span {
    const span: Span = {
      traceId: trace.traceId,
      spanId: this.newId(trace.team, key),
      parentSpanId,
      name,
      kind: 'internal',
      startAt,
      endAt: startAt,
      attributes,
      links: [],
      error: null,
    };
    this.begun.push(span);
    this.open.set(key, span);
    return span;
  }

  /** Nothing happens to a span that has ended already: it stays as it is. */
  end(span: Span, at: number, error: string | null, marks: Record<string, SpanValue> = {}): void {
    for (const [key, one] of this.open) {
      if (one !== span) continue;
      this.open.delete(key);
      span.endAt = Math.max(span.startAt, at);
      span.error ??= error;
      Object.assign(span.attributes, marks);
      this.over.push(span);
    }
  }

  /** Ends here what still goes on. */
  cut(at: number): Span[] {
    const cut = [...this.open.values()];
    for (const span of cut) span.endAt = Math.max(span.startAt, at);
    this.open.clear();
    return cut;
  }

  /** A work that is begun again has a span for each attempt; a child team hangs on the first. */
  private newId(team: string, key: string): string {
    const id = spanIdOf(team, key);
    const unique = this.ids.has(id) ? spanIdOf(team, `${key} ${this.ids.size}`) : id;
    this.ids.add(unique);
    return unique;
  }
}
