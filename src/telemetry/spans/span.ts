/**
 * One span of a trace, as OpenTelemetry means it. Ids are hashes of names, so that whoever knows the names finds the
 * span: no id is ever drawn.
 */
import { createHash } from 'node:crypto';
import type { Usage } from '../../events/amounts.ts';

export type SpanValue = string | number | boolean | string[];

/** Leads to another span. */
export interface Link {
  traceId: string;
  spanId: string;
}

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  kind: 'internal' | 'client';
  /** Milliseconds since 1970. */
  startAt: number;
  endAt: number;
  attributes: Record<string, SpanValue>;
  /** Spans whose words are shown in this one. */
  links: Link[];
  /** What went wrong, if anything. */
  error: string | null;
}

/** `latest`: since 1.37; `1.36`: what tools knew before. */
export type Conventions = 'latest' | '1.36';

const hashed = (text: string, bytes: number): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, bytes * 2);

export const traceIdOf = (family: string): string => hashed(`trace ${family}`, 16);
export const spanIdOf = (team: string, what: string): string => hashed(`${team} ${what}`, 8);

export const linkTo = ({ traceId, spanId }: Span): Link => ({ traceId, spanId });

export function link(span: Span, to: Link | undefined): void {
  if (!to || to.spanId === span.spanId) return;
  if (!span.links.some(({ spanId }) => spanId === to.spanId)) span.links.push(to);
}

/** Cached tokens are input tokens too, by the conventions; they are told apart beside. */
export function usageOf(usage: Usage): Record<string, number> {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, usd } = usage;
  return {
    'gen_ai.usage.input_tokens': inputTokens + cacheReadTokens + cacheWriteTokens,
    'gen_ai.usage.output_tokens': outputTokens,
    'gen_ai.usage.cache_read.input_tokens': cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': cacheWriteTokens,
    ...(usd > 0 ? { 'horde.usage.usd': usd } : {}),
  };
}
