/**
 * Whether what a client answered can be recorded and said again. Whoever answers, their reply goes through here before
 * it becomes `model.replied`; what does not fit is a failure that costs its turn, and what was used is told with it.
 *
 * Invariants
 * 1. What is let through is `model.replied` to its schema, at most `replyBytesMax` long as it is stored, and at most
 *    `DEPTH_MAX` deep: no reader, store or fold meets more.
 * 2. No half of a surrogate passes: it is written as U+FFFD, which every API takes back.
 */
import { WorkFailure } from '../../actors/worker.ts';
import type { ModelReply } from './model-client.ts';
import { wellFormedJson } from './well-formed.ts';

/** A tool's input that means something is not deeper. */
const DEPTH_MAX = 64;
/** Signatures, ids and names come on top of what the tokens say. */
const BYTES_ASIDE = 65_536;
/** A token is a few bytes of text; written as JSON it is not more than this. */
const BYTES_A_TOKEN = 32;
/** One append of any store holds it. */
const REPLY_BYTES_MAX = 768 * 1024;

/** How many bytes a reply of so many tokens may have at most, as it is stored. */
export const replyBytesMax = (outputTokensMax: number): number =>
  Math.min(REPLY_BYTES_MAX, BYTES_ASIDE + BYTES_A_TOKEN * outputTokensMax);

type Answer = Pick<ModelReply, 'model' | 'content' | 'stopReason'>;

/** Throws a `WorkFailure`: `truncated` for a reply beyond its bound, `transient` for one of another shape. */
export function fitReply(reply: Answer, outputTokensMax: number): Answer {
  const { model, content, stopReason } = reply;
  if (typeof model !== 'string' || typeof stopReason !== 'string' || !Array.isArray(content))
    throw unfit('it has no model, content or reason to stop');
  for (const [index, block] of content.entries()) checkBlock(block, index);
  const fit = wellFormedJson({ model, stopReason, content });
  if (Buffer.byteLength(JSON.stringify(fit)) > replyBytesMax(outputTokensMax))
    throw tooLong(outputTokensMax);
  return fit;
}

export const tooLong = (outputTokensMax: number): WorkFailure =>
  new WorkFailure('truncated', `the reply is longer than ${outputTokensMax} output tokens can be`);

function checkBlock(block: unknown, index: number): void {
  if (!isObject(block) || typeof block['type'] !== 'string')
    throw unfit(`content[${index}] is no block with a type`);
  const { type } = block;
  const mustHave = (field: string, isOne: boolean): void => {
    if (!isOne) throw unfit(`content[${index}], a block of type ${type}, has no ${field}`);
  };
  if (type === 'text' || type === 'thinking') mustHave(type, typeof block[type] === 'string');
  if (type === 'tool_use') {
    mustHave('id', typeof block['id'] === 'string' && block['id'] !== '');
    mustHave('name', typeof block['name'] === 'string');
    mustHave('input', isObject(block['input']));
  }
  checkJson(block, DEPTH_MAX);
}

function checkJson(value: unknown, depth: number): void {
  if (typeof value === 'string' || value === null || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return;
    throw unfit('a number in it is none');
  }
  if (depth === 0) throw unfit(`it is nested more than ${DEPTH_MAX} deep`);
  if (!Array.isArray(value) && !isObject(value)) throw unfit('it holds what is no JSON');
  for (const one of Object.values(value)) checkJson(one, depth - 1);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unfit = (why: string): WorkFailure =>
  new WorkFailure('transient', `the reply cannot be recorded: ${why}`);
