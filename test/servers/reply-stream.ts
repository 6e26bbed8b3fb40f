/**
 * How a scripted reply goes over the wire: as server-sent events, or in one piece; and how it goes wrong on the
 * way. Pure but for `send`.
 */
import type { ServerResponse } from 'node:http';
import type { Block } from './request-rules.ts';

export interface ApiUsage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
}

/** A message, and what happens to its stream. Offsets are bytes of the stream's body. */
export interface MessageReply {
  content: Block[];
  stopReason?: string;
  stopDetails?: { type: 'refusal'; category: string | null; explanation: string | null };
  usage?: Partial<ApiUsage>;
  model?: string;
  /** Half of it goes by before the first byte, half in the middle. */
  latencyMs?: number;
  /** The connection is torn down after so many bytes. */
  tornAt?: number;
  /** The response ends, as if complete, after so many bytes. */
  endsAt?: number;
  /** Nothing more comes after so many bytes, and the connection stays. */
  silentAt?: number;
  /** An `error` event takes the place of the n-th event. */
  errorAt?: { event: number; type: string; message: string };
  /** This text takes the place of the n-th event. */
  garbledAt?: { event: number; text: string };
  /** Pings before the first block. */
  pings?: { times: number; everyMs: number };
  /** Bytes a write; small ones split characters and lines. */
  chunkBytes?: number;
}

export interface ErrorReply {
  status: number;
  errorType: string;
  message: string;
  headers?: Record<string, string>;
}

/** What no Messages API would say. */
export interface RawReply {
  status: number;
  contentType: string;
  raw: string;
}

export type ApiReply = MessageReply | ErrorReply | RawReply;

export interface Sent {
  reply: MessageReply;
  id: string;
  model: string;
  usage: ApiUsage;
}

export function messageJson({ reply, id, model, usage }: Sent): object {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: reply.model ?? model,
    content: reply.content,
    stop_reason: stopReasonOf(reply),
    stop_sequence: null,
    ...(reply.stopDetails && { stop_details: reply.stopDetails }),
    usage,
  };
}

export function stopReasonOf({ stopReason, content }: MessageReply): string {
  return stopReason ?? (content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn');
}

/** The events of the stream, in order, as text. */
export function eventsOf(sent: Sent): string[] {
  const { reply, usage } = sent;
  const start = {
    ...messageJson(sent),
    content: [],
    stop_reason: null,
    stop_details: undefined,
    usage: { ...usage, output_tokens: 1 },
  };
  const events: object[] = [{ type: 'message_start', message: start }];
  for (const [index, block] of reply.content.entries()) {
    const { empty, deltas } = streamed(block);
    events.push({ type: 'content_block_start', index, content_block: empty });
    for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
  }
  const delta = {
    stop_reason: stopReasonOf(reply),
    stop_sequence: null,
    ...(reply.stopDetails && { stop_details: reply.stopDetails }),
  };
  events.push({ type: 'message_delta', delta, usage: { output_tokens: usage.output_tokens } });
  events.push({ type: 'message_stop' });
  const texts = events.map((event) => eventText((event as { type: string }).type, event));
  if (reply.errorAt) {
    const { event, type, message } = reply.errorAt;
    texts.splice(
      event,
      texts.length,
      eventText('error', { type: 'error', error: { type, message } }),
    );
  }
  if (reply.garbledAt) texts.splice(reply.garbledAt.event, 1, reply.garbledAt.text);
  return texts;
}

const eventText = (type: string, data: object) =>
  `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** A block as it begins, and the deltas that complete it. */
function streamed(block: Block): { empty: object; deltas: object[] } {
  switch (block.type) {
    case 'text':
      return {
        empty: { ...block, text: '' },
        deltas: pieces(String(block['text'])).map((text) => ({ type: 'text_delta', text })),
      };
    case 'thinking':
      return {
        empty: { ...block, thinking: '', signature: '' },
        deltas: [
          ...pieces(String(block['thinking'])).map((thinking) => ({
            type: 'thinking_delta',
            thinking,
          })),
          { type: 'signature_delta', signature: block['signature'] },
        ],
      };
    case 'tool_use':
      return {
        empty: { ...block, input: {} },
        deltas: pieces(
          typeof block['input'] === 'string' ? block['input'] : JSON.stringify(block['input']),
        ).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      };
    default:
      return { empty: block, deltas: [] };
  }
}

/** At most twenty, by characters. */
function pieces(text: string): string[] {
  const characters = [...text];
  const size = Math.max(12, Math.ceil(characters.length / 20));
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, i) =>
    characters.slice(i * size, (i + 1) * size).join(''),
  );
}

/** Sends the stream; resolves with whether all of it has gone out. */
export async function send(sent: Sent, response: ServerResponse): Promise<boolean> {
  const { reply } = sent;
  const pause = (ms: number) => wait(ms, response);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  const body = Buffer.from(eventsOf(sent).join(''));
  const end = Math.min(reply.tornAt ?? reply.endsAt ?? reply.silentAt ?? body.length, body.length);
  const size = reply.chunkBytes ?? Math.max(1, Math.ceil(body.length / 2));
  for (let i = 0; i < (reply.pings?.times ?? 0); i++) {
    await pause(reply.pings!.everyMs);
    response.write(eventText('ping', { type: 'ping' }));
  }
  for (let from = 0; from < end; from += size) {
    if (from > 0 && from - size < end / 2 && from >= end / 2)
      await pause((reply.latencyMs ?? 0) / 2);
    if (response.destroyed) return false;
    await new Promise<void>((resolve) => {
      response.write(body.subarray(from, Math.min(from + size, end)), () => resolve());
    });
  }
  if (reply.silentAt !== undefined) return false;
  if (reply.tornAt !== undefined) {
    response.destroy();
    return false;
  }
  return new Promise((resolve) => {
    response.on('close', () => resolve(response.writableFinished && end === body.length));
    response.end();
  });
}

/** Ends early when the other side has gone. */
export function wait(ms: number, response: ServerResponse): Promise<void> {
  if (ms <= 0 || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    response.on('close', done);
  });
}
