/**
 * A team's stream as log records of OpenTelemetry: one for each event that people care about, with the span that it
 * belongs to. Calls of models go by the events that the GenAI semantic conventions name
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/), all others by `horde.` and their type.
 *
 * Invariants
 * 1. The records follow from the events alone: told live or after the fact, they are the same.
 * 2. Without `content` there is nothing in them that a model, a person or a tool wrote: what is told of an event is
 *    listed by name (`TOLD`), and the rest is left out.
 */

import type { Json, JsonObject, RecordedEvent } from '../../events/event.ts';
import { fieldsOf, textIn } from '../../events/fields.ts';
import { renderFields } from '../../projections/conversation/framing.ts';
import { isMove } from '../../projections/moves/moves-made.ts';
import type { Conventions, Span, SpanValue } from '../spans/span.ts';
import { TeamTrace } from '../spans/team-trace.ts';
import { forkedAs } from '../spans/trace-spans.ts';

export type LogSeverity = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

export interface LogRecord {
  traceId: string;
  spanId: string;
  /** Milliseconds since 1970. */
  at: number;
  severity: LogSeverity;
  /** Name of the event. */
  event: string;
  body?: Json;
  attributes: Record<string, SpanValue>;
}

interface LogOptions {
  conventions: Conventions;
  /** Prompts, answers and messages, each cut to `TEXT_MAX` characters. */
  content: boolean;
}

const TEXT_MAX = 8_000;

export function logRecords(events: readonly RecordedEvent[], options: LogOptions): LogRecord[] {
  const trace = new TeamTrace(options.conventions, forkedAs(events));
  return events.flatMap((event) => logRecordOf(event, trace.hear(event).span, options) ?? []);
}

/** `span`: what the trace says that the event belongs to. */
export function logRecordOf(
  event: RecordedEvent,
  span: Span | undefined,
  { conventions, content }: LogOptions,
): LogRecord | undefined {
  const { type, meta, revision } = event;
  if (!span || !isTold(event)) return undefined;
  const isCall = CALLS.test(type) && span.attributes['gen_ai.operation.name'] === 'chat';
  const name = isCall && type === 'model.replied' ? CALL_EVENTS[conventions] : `horde.${type}`;
  const body = isCall ? callBody(event, conventions, content) : textOf(event, content);
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    at: meta.at,
    severity: severityOf(event),
    event: name,
    ...(body === undefined ? {} : { body }),
    attributes: {
      // Tools of before know an event's name only as an attribute.
      ...(conventions === '1.36' ? { 'event.name': name } : {}),
      ...kept(span, isCall),
      ...(isCall && content && conventions === 'latest' ? outputOf(event) : {}),
      ...(meta.actor === undefined ? {} : { 'gen_ai.agent.name': meta.actor }),
      ...toldOf(event),
      ...(meta.undeliverable ? { 'horde.undeliverable': meta.undeliverable } : {}),
      'horde.event.type': type,
      'horde.revision': revision,
    },
  };
}

/** What people do not look for in a log: the runtime's bookkeeping, and what spans tell already. */
const UNTOLD =
  /^(timer\.|actor\.|turn\.(granted|revoked)$|work\.(admitted|started|done|cancelled|late)$|tool\.returned$|task\.progressed$)/;

const isTold = ({ type, meta }: RecordedEvent): boolean =>
  !UNTOLD.test(type) || (meta.undeliverable?.length ?? 0) > 0;

const WRONG = /^(team\.(stopped|failed)|budget\.breached)$/;
const DOUBTFUL =
  /^(turn\.(corrected|forfeited)|work\.(refused|lapsed|delayed)|limit\.neared|seat\.(lost|refused)|origin\.refused|dissent\.noted)$|\.failed$/;
/** The conventions want it of what a call said; it is the most frequent of all. */
const CALLS = /^model\.(replied|failed)$/;
const CALL_EVENTS: Readonly<Record<Conventions, string>> = {
  latest: 'gen_ai.client.inference.operation.details',
  '1.36': 'gen_ai.choice',
};

function severityOf({ type, data, meta }: RecordedEvent): LogSeverity {
  if (type === 'team.dissolved') return data['status'] === 'done' ? 'INFO' : 'ERROR';
  if (WRONG.test(type)) return 'ERROR';
  if (DOUBTFUL.test(type) || (meta.undeliverable?.length ?? 0) > 0) return 'WARN';
  return type === 'model.replied' ? 'DEBUG' : 'INFO';
}

/** Of the span, what tells one team, agent and call from another. */
function kept({ attributes }: Span, isCall: boolean): Record<string, SpanValue> {
  const wanted = isCall ? /^(gen_ai\.|error\.type$|horde\.answered_by$)/ : IDENTITY;
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => wanted.test(key)));
}

const IDENTITY = /^(gen_ai\.(system|provider\.name|conversation\.id)|horde\.(team|work))$/;

/** Fields in words of ours: names, numbers, kinds. Reasons and details may be a model's or a person's. */
const TOLD: ReadonlySet<string> = new Set(
  [
    'actor agent approved attempt basis confidence effect epoch frozen grant incarnation kind leader limit',
    'locked machine of outcome pattern phase purpose retryAfterMs round rounds seq src status stopReason',
    'task team tool until used work',
  ].flatMap((names) => names.split(' ')),
);

function toldOf(event: RecordedEvent): Record<string, SpanValue> {
  const told: Record<string, SpanValue> = {};
  for (const [key, value] of Object.entries(event.data)) {
    if (!TOLD.has(key)) continue;
    if (typeof value === 'number' || typeof value === 'boolean')
      told[`horde.${snake(key)}`] = value;
    // What stands in a move has been written by a model.
    else if (typeof value === 'string' && !isMove(event)) told[`horde.${snake(key)}`] = value;
  }
  return told;
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** The text of an event for people, where it was asked for. */
function textOf(event: RecordedEvent, content: boolean): string | undefined {
  if (!content) return undefined;
  const { data } = event;
  if (isMove(event)) {
    const { grant: _, ...said } = data;
    return cut(renderFields(said));
  }
  const text = TEXTS.map((key) => data[key]).find((value) => typeof value === 'string');
  return text === undefined ? undefined : cut(String(text));
}

const TEXTS = ['text', 'resolution', 'view', 'problem', 'detail', 'message', 'reason', 'title'];

interface Block {
  type: string;
  text?: string;
  id?: string;
  name?: string;
  input?: Json;
}

/** In the names of 1.36 an answer is the body of the event. */
function callBody(
  { type, data }: RecordedEvent,
  conventions: Conventions,
  content: boolean,
): Json | undefined {
  if (type === 'model.failed') return content ? cut(String(data['message'])) : undefined;
  if (conventions === 'latest') return undefined;
  const blocks = blocksIn(data);
  const text = cut(blocks.flatMap((block) => block.text ?? []).join('\n'));
  const calls = blocks
    .filter(({ type }) => type === 'tool_use')
    .map(({ id, name, input }) => ({
      id: id ?? '',
      type: 'function',
      function: {
        name: name ?? '',
        ...(content ? { arguments: cut(JSON.stringify(input)) } : {}),
      },
    }));
  return {
    index: 0,
    finish_reason: data['stopReason'] ?? '',
    message: { role: 'assistant', ...(content && text !== '' ? { content: text } : {}) },
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

/** In the newest names it is an attribute: messages of parts, as JSON. */
function outputOf({ type, data }: RecordedEvent): Record<string, string> {
  if (type !== 'model.replied') return {};
  const parts = blocksIn(data).flatMap((block): JsonObject[] => {
    if (block.type === 'text') return [{ type: 'text', content: cut(block.text ?? '') }];
    if (block.type !== 'tool_use') return [];
    const { id = '', name = '', input } = block;
    return [{ type: 'tool_call', id, name, arguments: cut(JSON.stringify(input ?? {})) }];
  });
  const message = { role: 'assistant', parts, finish_reason: data['stopReason'] ?? '' };
  return { 'gen_ai.output.messages': JSON.stringify([message]) };
}

/** The blocks of a reply; what is none is passed over. */
const blocksIn = ({ content }: JsonObject): Block[] =>
  (Array.isArray(content) ? content : []).map((one) => {
    const { type, text, id, name, input } = fieldsOf(one);
    return {
      type: textIn(type) ?? '',
      text: textIn(text),
      id: textIn(id),
      name: textIn(name),
      input,
    };
  });

const cut = (text: string): string =>
  text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`;
