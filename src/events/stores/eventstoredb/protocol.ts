/**
 * The messages of the Streams protocol that the store sends, and what it reads out of the answers.
 *
 * Pure. The generated classes are those that ship inside `@eventstore/db-client`.
 */
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { NewEvent, RawEvent } from '../../event.ts';
import type { StreamName } from '../../ids.ts';
import { ANY_REVISION, type ExpectedRevision, NO_STREAM, StoreFailure } from '../../store.ts';
import { envelope, jsonData, opened } from './envelope.ts';

const { Options } = streams.ReadReq;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** What a read is about: a stream from a revision on, or `$all` from a position on. */
type ReadFrom =
  | { stream: StreamName; revision: number | 'end' }
  | { position: number | 'start' | 'end' };

/** Which events of `$all`: by prefixes of their streams' names, or all but the server's own. */
export type Filter = { prefixes: readonly string[] } | 'notSystem';

const NOT_SYSTEM = '^[^$]';

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

/** A subscription to `$all`: exclusive, endless. */
export function subscribeRequest(after: number | 'start', filter: Filter): streams.ReadReq {
  const request = readRequest({ from: { position: after }, filter });
  request.getOptions()!.setSubscription(new Options.SubscriptionOptions());
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
  if (filter === 'notSystem') expression.setRegex(NOT_SYSTEM);
  else expression.setPrefixList([...filter.prefixes]);
  return new Options.FilterOptions()
    .setStreamIdentifier(expression)
    .setCount(new shared.Empty())
    .setCheckpointintervalmultiplier(1);
}

const identifier = (stream: string) =>
  new shared.StreamIdentifier().setStreamName(utf8.encode(stream));

/** Events ready to send, and their size as the server counts it (types are UTF-16 in its log). */
export interface Batch {
  stream: StreamName;
  messages: streams.BatchAppendReq.ProposedMessage[];
  options: streams.BatchAppendReq.Options;
  bytes: number;
}

export function batch(
  stream: StreamName,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
): Batch {
  const options = new streams.BatchAppendReq.Options().setStreamIdentifier(identifier(stream));
  if (expected === ANY_REVISION) options.setAny(new shared.Empty());
  else if (expected === NO_STREAM) options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expected));
  let bytes = 0;
  const messages = events.map((event) => {
    const message = new streams.BatchAppendReq.ProposedMessage();
    const data = utf8.encode(event.data);
    const metadata = utf8.encode(envelope(stream, event));
    bytes += data.length + metadata.length + 2 * event.type.length;
    message.setId(new shared.UUID().setString(event.id));
    message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
    return message.setData(data).setCustomMetadata(metadata);
  });
  return { stream, messages, options, bytes };
}

export function batchRequest(
  { messages, options }: Batch,
  correlationId: string,
): streams.BatchAppendReq {
  return new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(correlationId))
    .setOptions(options)
    .setProposedMessagesList(messages)
    .setIsFinal(true);
}

/** A recorded event. Links are not followed: what is asked for is what was written. */
export function rawEvent(message: streams.ReadResp.ReadEvent): RawEvent {
  const recorded = message.getEvent()!;
  const metadata = recorded.getMetadataMap();
  const data = text.decode(recorded.getData_asU8());
  return {
    id: recorded.getId()!.getString(),
    stream: text.decode(recorded.getStreamIdentifier()!.getStreamName_asU8()) as StreamName,
    revision: safeInteger(recorded.getStreamRevision(), 'revision'),
    position: safeInteger(recorded.getCommitPosition(), 'position'),
    type: metadata.get('type') ?? '',
    data: jsonData(metadata.get('content-type'), data),
    ...opened(text.decode(recorded.getCustomMetadata_asU8())),
  };
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
