/**
 * The messages of the Streams protocol that the store sends, and what it reads out of the answers.
 *
 * Pure. The generated classes are those that ship inside `@eventstore/db-client`.
 */
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { NewEvent, RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import { NO_STREAM, StoreFailure } from '../../store.ts';
import { envelope, jsonData, opened } from './envelope.ts';

const { Options } = streams.ReadReq;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** What a read is about: a stream from a revision on, or `$all` from a position on. */
type ReadFrom =
  | { stream: StreamName; revision: number | 'end' }
  | { position: number | 'start' | 'end' };

/**
 * Which events of `$all`: by prefixes of their streams' names, or all but the server's own. `ours` are those and
 * the metadata of teams' streams, which say what of a team is gone.
 */
export type Filter = { prefixes: readonly string[] } | 'notSystem' | 'ours';

const PATTERNS = { notSystem: '^[^$]', ours: '^([^$]|\\$\\$team-)' };

/** Whether the server would let a stream's events pass. */
export function isLetThrough(filter: Filter, stream: string): boolean {
  if (typeof filter === 'object')
    return filter.prefixes.some((prefix) => stream.startsWith(prefix));
  return !stream.startsWith('$') || (filter === 'ours' && stream.startsWith('$$team-'));
}

export interface ReadShape {
  from: ReadFrom;
  backward?: boolean;
  count?: number;
  filter?: Filter;
}

export function readRequest({ from, backward, count, filter }: ReadShape): streams.ReadReq {
  const options = new Options();
  if ('stream' in from) options.setStream(streamFrom(from.stream, from.revision));
  else options.setAll(allFrom(from.position));
  options.setReadDirection(backward ? 1 : 0);
  options.setCount(String(count ?? 1));
  options.setUuidOption(new Options.UUIDOption().setString(new shared.Empty()));
  if (filter) options.setFilter(filterOptions(filter));
  else options.setNoFilter(new shared.Empty());
  return new streams.ReadReq().setOptions(options);
}

/** A subscription to `$all`: exclusive, endless. `window`: records looked at between two checkpoints. */
export function subscribeRequest(
  after: number | 'start' | 'end',
  filter: Filter,
  window?: number,
): streams.ReadReq {
  const request = readRequest({ from: { position: after }, filter });
  const options = request.getOptions();
  options?.setSubscription(new Options.SubscriptionOptions());
  if (window !== undefined) options?.getFilter()?.setMax(window);
  return request;
}

function streamFrom(stream: StreamName, revision: number | 'end') {
  const from = new Options.StreamOptions().setStreamIdentifier(identifier(stream));
  return revision === 'end' ? from.setEnd(new shared.Empty()) : from.setRevision(String(revision));
}

function allFrom(position: number | 'start' | 'end') {
  const from = new Options.AllOptions();
  if (position === 'start') return from.setStart(new shared.Empty());
  if (position === 'end') return from.setEnd(new shared.Empty());
  const at = new Options.Position().setCommitPosition(String(position));
  return from.setPosition(at.setPreparePosition(String(position)));
}

function filterOptions(filter: Filter) {
  const expression = new Options.FilterOptions.Expression();
  if (typeof filter === 'string') expression.setRegex(PATTERNS[filter]);
  else expression.setPrefixList([...filter.prefixes]);
  return new Options.FilterOptions()
    .setStreamIdentifier(expression)
    .setCount(new shared.Empty())
    .setCheckpointintervalmultiplier(1);
}

const identifier = (stream: string) =>
  new shared.StreamIdentifier().setStreamName(utf8.encode(stream));

/** Events ready to send, and their size; the server counts the data alone against its limit. */
export interface Batch {
  stream: StreamName;
  messages: streams.BatchAppendReq.ProposedMessage[];
  ids: readonly string[];
  expected: number;
  bytes: number;
  dataBytes: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ZERO_UUID = '00000000-0000-0000-0000-000000000000';

/** What the server would refuse as a bad request, without saying what is bad. Throws `StoreFailure`. */
function refuseUnsendable(stream: StreamName, { id, type }: NewEvent): void {
  const refused = (why: string) =>
    new StoreFailure(`append to ${stream}: ${why}; nothing was written`, 'fatal');
  if (!UUID.test(id) || id === ZERO_UUID)
    throw refused(`EventStoreDB takes UUIDs as ids of events, and "${id.slice(0, 60)}" is none`);
  if (type === '') throw refused(`EventStoreDB takes no event without a type (id ${id})`);
}

export function batch(stream: StreamName, events: readonly NewEvent[], expected: number): Batch {
  let bytes = 0;
  let dataBytes = 0;
  const messages = events.map((event) => {
    refuseUnsendable(stream, event);
    const message = new streams.BatchAppendReq.ProposedMessage();
    const data = utf8.encode(event.data);
    const metadata = utf8.encode(envelope(stream, event));
    dataBytes += data.length;
    bytes += data.length + metadata.length + 2 * event.type.length;
    message.setId(new shared.UUID().setString(event.id));
    message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
    return message.setData(data).setCustomMetadata(metadata);
  });
  const ids = events.map(({ id }) => id.toLowerCase());
  return { stream, messages, ids, expected, bytes, dataBytes };
}

/** Beyond every stream's head: an append that expects it is never written. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Refused as too large where the server takes less in one append, and else for its revision. */
export function sizeProbe(stream: StreamName, dataBytes: number): Batch {
  const data = JSON.stringify('x'.repeat(dataBytes - 2));
  const event = { id: crypto.randomUUID(), type: 'size.asked', version: 1, data, meta: '{}' };
  return batch(stream, [event], NEVER);
}

function expectation({ stream, expected }: Batch): streams.BatchAppendReq.Options {
  const options = new streams.BatchAppendReq.Options().setStreamIdentifier(identifier(stream));
  if (expected === NO_STREAM) return options.setNoStream(new shared.Empty());
  return options.setStreamPosition(String(expected));
}

export function batchRequest(batch: Batch, correlationId: string): streams.BatchAppendReq {
  return new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(correlationId))
    .setOptions(expectation(batch))
    .setProposedMessagesList(batch.messages)
    .setIsFinal(true);
}

/** What a read finds at a position: an event, or the marker of a stream that was deleted for good. */
export interface Entry {
  position: number;
  id: string;
  stream: StreamName;
  /** Absent of a marker, and of what nobody could read. */
  event?: RawEvent;
  isTombstone: boolean;
}

const TOMBSTONE = '$streamDeleted';

/** Links are not followed: what is asked for is what was written. */
export function recordedEntry(message: streams.ReadResp.ReadEvent): Entry | undefined {
  const recorded = message.getEvent();
  const position = Number(recorded?.getCommitPosition());
  if (!recorded || !Number.isSafeInteger(position)) return undefined;
  const metadata = recorded.getMetadataMap();
  const stream = text.decode(recorded.getStreamIdentifier()?.getStreamName_asU8()) as StreamName;
  const id = recorded.getId()?.getString() ?? '';
  const type = metadata.get('type') ?? '';
  const revision = Number(recorded.getStreamRevision());
  // The marker's revision, 2^63 - 1, is beyond what a double tells apart.
  if (type === TOMBSTONE) return { position, id, stream, isTombstone: true };
  if (!Number.isSafeInteger(revision)) return { position, id, stream, isTombstone: false };
  const data = jsonData(metadata.get('content-type'), text.decode(recorded.getData_asU8()));
  const own = opened(text.decode(recorded.getCustomMetadata_asU8()));
  const event = { id, stream, revision, position, type, data, ...own };
  return { position, id, stream, event, isTombstone: false };
}

export function safeInteger(digits: string, what: string): number {
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return number;
  throw new StoreFailure(
    `EventStoreDB gives a ${what} of ${digits}, beyond ${Number.MAX_SAFE_INTEGER}; ` +
      'move to a new database: numbers this large cannot be told apart here',
    'fatal',
  );
}
