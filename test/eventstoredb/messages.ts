/**
 * Between the log's records and the protocol's messages, with the errors as the server spells them.
 */
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type LogRecord, type Proposal, TOMBSTONE_REVISION } from './event-log.ts';
import type { Endpoint } from './faults.ts';

/** .NET ticks (100 ns) are what the server counts time in. */
const TICKS_PER_MS = 10_000n;

/** Fills any of the two RecordedEvent messages (of Streams and of PersistentSubscriptions). */
export function fillRecorded<Message extends streams.ReadResp.ReadEvent.RecordedEvent>(
  message: Message,
  record: LogRecord,
): Message {
  const id = new shared.UUID();
  id.setString(record.id);
  message.setId(id);
  message.setStreamIdentifier(streamIdentifier(record.stream));
  message.setStreamRevision(revisionText(record));
  message.setCommitPosition(String(record.position));
  message.setPreparePosition(String(record.position));
  const metadata = message.getMetadataMap();
  metadata.set('type', record.type);
  metadata.set('content-type', record.contentType);
  metadata.set('created', String(BigInt(record.createdAt) * TICKS_PER_MS));
  message.setData(record.data);
  message.setCustomMetadata(record.metadata);
  return message;
}

/** That of a tombstone is beyond what a double holds. */
const revisionText = ({ revision }: LogRecord): string =>
  revision === TOMBSTONE_REVISION ? '9223372036854775807' : String(revision);

export function readEvent(record: LogRecord): streams.ReadResp {
  const event = new streams.ReadResp.ReadEvent();
  event.setEvent(fillRecorded(new streams.ReadResp.ReadEvent.RecordedEvent(), record));
  event.setCommitPosition(String(record.position));
  return new streams.ReadResp().setEvent(event);
}

interface ProposedMessage {
  getId(): shared.UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

export function proposal(message: ProposedMessage): Proposal {
  const metadata = message.getMetadataMap();
  return {
    id: uuidText(message.getId()),
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? 'application/octet-stream',
    data: Buffer.from(message.getData_asU8()),
    metadata: Buffer.from(message.getCustomMetadata_asU8()),
  };
}

export function uuidText(uuid: shared.UUID | undefined): string {
  const structured = uuid?.getStructured();
  // The server keeps what a UUID says, not how it was spelled.
  if (!structured) return uuid?.getString().toLowerCase() ?? '';
  const half = (bits: string) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const hex =
    half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function streamName(identifier: shared.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

export function streamIdentifier(name: string): shared.StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(name, 'utf8'));
}

/** Bytes of a write as the server counts them against its limit: those of the data alone. */
export function writeBytes(proposals: readonly Proposal[]): number {
  return proposals.reduce((bytes, { data }) => bytes + data.length, 0);
}

/** An error of the server: a gRPC status, and what its trailers say. */
export function failure(
  code: status,
  details: string,
  trailers: { [key: string]: string } = {},
): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export const notLeader = (leader: Endpoint): ServiceError =>
  failure(status.NOT_FOUND, `Leader info available: ${leader.host}:${leader.port}`, {
    exception: 'not-leader',
    'leader-endpoint-host': leader.host,
    'leader-endpoint-port': String(leader.port),
  });

export const accessDenied = (): ServiceError =>
  failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

export const streamDeleted = (stream: string): ServiceError =>
  failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const tooLarge = (bytesMax: number): ServiceError =>
  failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytesMax} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(bytesMax),
  });

export const NO_SPACE = 'There is not enough space on the disk.';

export const diskFull = (): ServiceError => failure(status.UNKNOWN, NO_SPACE);
