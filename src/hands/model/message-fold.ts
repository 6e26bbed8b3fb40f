/**
 * Folds the events of one streamed reply into a message, as far as it has come: what a dropped or cancelled
 * stream has already cost is read from the same fold as a finished one.
 *
 * Invariants
 * 1. An event that does not fit what came before throws `MalformedStream`; unknown types are passed over.
 * 2. `complete` only after `message_stop` with a stop reason, so an early end is never taken for an answer.
 * 3. Blocks are kept verbatim, with unknown fields; a tool's input is parsed once, when its block stops.
 * 4. A count of tokens that was not told, or is none, is NaN and never nothing.
 */
import { NO_TOKENS } from '../../events/amounts.ts';
import type { Json, JsonObject } from '../../events/event.ts';
import type { ContentBlock, ModelReply } from './model-client.ts';

export type StreamUsage = ModelReply['usage'];

/** The stream breaks the protocol: the reply cannot be trusted. */
class MalformedStream extends Error {
  override readonly name = 'MalformedStream';
}

export interface MessageFold {
  model: string;
  content: ContentBlock[];
  stopReason: string | null;
  /** Why the model refused, when it did. */
  stopDetails: JsonObject | null;
  usage: StreamUsage;
  complete: boolean;
  /** A message has begun: it will be billed, whatever becomes of it. */
  begun: boolean;
  /** Bytes of text and input streamed so far. */
  bytes: number;
  /** A tool's input was no JSON: forgivable only in a reply that was cut off. */
  brokenInput: boolean;
}

interface Fold extends MessageFold {
  /** Streamed JSON of tool inputs, by the index of their block. */
  inputs: Map<number, string>;
}

export interface MessageFolder {
  readonly message: MessageFold;
  /** Takes one event; returns the text that it added, for those who watch. */
  take(event: JsonObject): string;
}

export function foldMessage(): MessageFolder {
  const message: Fold = {
    model: '',
    content: [],
    stopReason: null,
    stopDetails: null,
    usage: { ...NO_TOKENS, inputTokens: Number.NaN, outputTokens: Number.NaN },
    complete: false,
    bytes: 0,
    brokenInput: false,
    begun: false,
    inputs: new Map(),
  };
  return { message, take: (event) => take(message, event) };
}

/** Takes a reply that came in one piece. */
export function takeWhole({ message, take }: MessageFolder, json: Json): void {
  take({ type: 'message_start', message: json });
  message.complete = message.stopReason !== null;
}

function take(fold: Fold, event: JsonObject): string {
  const type = event['type'];
  if (type === 'message_start') {
    begin(fold, object(event, 'message'));
    return '';
  }
  if (typeof type !== 'string') throw new MalformedStream('an event of the stream has no type');
  if (!BODY_EVENTS.has(type)) return '';
  if (!fold.begun) throw new MalformedStream(`${type} came before message_start`);
  switch (type) {
    case 'content_block_start':
      return startBlock(fold, event);
    case 'content_block_delta':
      return addDelta(fold, blockAt(fold, event), event);
    case 'content_block_stop':
      stopBlock(fold, blockAt(fold, event), event['index'] as number);
      return '';
    case 'message_delta':
      takeStop(fold, object(event, 'delta'));
      addUsage(fold.usage, event['usage']);
      return '';
    default:
      if (fold.stopReason === null)
        throw new MalformedStream('the message stopped without a reason');
      fold.complete = true;
      return '';
  }
}

const BODY_EVENTS = new Set([
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
]);

function begin(fold: Fold, message: JsonObject): void {
  if (fold.begun) throw new MalformedStream('a second message began in one stream');
  fold.begun = true;
  fold.model = typeof message['model'] === 'string' ? message['model'] : '';
  takeStop(fold, message);
  addUsage(fold.usage, message['usage']);
  const { content = [] } = message;
  if (!Array.isArray(content)) throw new MalformedStream('the content of the message is no list');
  // Blocks of another shape are judged where the reply is.
  fold.content = [...(content as ContentBlock[])];
}

function startBlock(fold: Fold, event: JsonObject): string {
  const block = object(event, 'content_block') as ContentBlock;
  if (event['index'] !== fold.content.length)
    throw new MalformedStream(`block ${event['index']} began after ${fold.content.length} blocks`);
  fold.content.push({ ...block });
  return block.type === 'text' && typeof block['text'] === 'string' ? block['text'] : '';
}

function blockAt(fold: Fold, event: JsonObject): ContentBlock {
  const block = fold.content[event['index'] as number];
  if (!block) throw new MalformedStream(`block ${event['index']} was never begun`);
  return block;
}

function addDelta(fold: Fold, block: ContentBlock, event: JsonObject): string {
  const delta = object(event, 'delta');
  switch (delta['type']) {
    case 'text_delta':
      return append(fold, block, 'text', delta['text']);
    case 'thinking_delta':
      append(fold, block, 'thinking', delta['thinking']);
      return '';
    case 'signature_delta':
      block['signature'] = delta['signature'] ?? '';
      return '';
    case 'citations_delta':
      block['citations'] = [...((block['citations'] as []) ?? []), delta['citation'] ?? null];
      return '';
    case 'input_json_delta': {
      const index = event['index'] as number;
      const part = String(delta['partial_json'] ?? '');
      fold.bytes += Buffer.byteLength(part);
      fold.inputs.set(index, (fold.inputs.get(index) ?? '') + part);
      return '';
    }
    default:
      return '';
  }
}

function append(fold: Fold, block: ContentBlock, field: string, part: unknown): string {
  if (typeof part !== 'string' || typeof (block[field] ?? '') !== 'string')
    throw new MalformedStream(`a delta of ${field} does not fit a block of type ${block.type}`);
  fold.bytes += Buffer.byteLength(part);
  block[field] = ((block[field] as string) ?? '') + part;
  return part;
}

function stopBlock(fold: Fold, block: ContentBlock, index: number): void {
  const json = fold.inputs.get(index);
  fold.inputs.delete(index);
  if (!json) return;
  try {
    block['input'] = JSON.parse(json);
  } catch {
    fold.brokenInput = true;
  }
}

function takeStop(fold: Fold, from: JsonObject): void {
  if (typeof from['stop_reason'] === 'string') fold.stopReason = from['stop_reason'];
  if (isObject(from['stop_details'])) fold.stopDetails = from['stop_details'];
}

/** Counts are cumulative: a later one replaces an earlier one, an absent one says nothing, what is none is NaN. */
function addUsage(usage: StreamUsage, from: unknown): void {
  if (!isObject(from)) return;
  usage.inputTokens = count(from['input_tokens'], usage.inputTokens);
  usage.outputTokens = count(from['output_tokens'], usage.outputTokens);
  usage.cacheReadTokens = count(from['cache_read_input_tokens'], usage.cacheReadTokens);
  usage.cacheWriteTokens = count(from['cache_creation_input_tokens'], usage.cacheWriteTokens);
}

function count(value: unknown, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : Number.NaN;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function object(from: JsonObject, key: string): JsonObject {
  const value = from[key];
  if (isObject(value)) return value;
  throw new MalformedStream(`${from['type']} has no ${key}`);
}
