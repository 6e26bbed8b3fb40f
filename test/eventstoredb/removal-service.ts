/**
 * Removing: `Delete` (the stream may be written again) and `Tombstone` (never again). Both requests and both
 * answers have the same shape.
 */
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerUnaryCall, type ServiceError, type sendUnaryData, status } from '@grpc/grpc-js';
import * as messages from './messages.ts';
import type { TestServer } from './test-server.ts';

type Removal = 'delete' | 'tombstone';

export async function remove(
  server: TestServer,
  call: ServerUnaryCall<streams.DeleteReq, unknown>,
  answer: sendUnaryData<unknown>,
  how: Removal,
): Promise<void> {
  const options = call.request.getOptions();
  const stream = messages.streamName(options?.getStreamIdentifier());
  const refusal =
    (await server.admit(call)) ?? (options ? refused(server, call, options, how) : noOptions());
  if (refusal) return answer(refusal);
  if (how === 'delete') server.log.softDelete(stream);
  else server.log.tombstone(stream);
  const { position } = server.log.records[server.log.records.length - 1]!;
  if (how === 'delete') {
    const at = new streams.DeleteResp.Position().setCommitPosition(String(position));
    answer(null, new streams.DeleteResp().setPosition(at.setPreparePosition(String(position))));
    return;
  }
  const at = new streams.TombstoneResp.Position().setCommitPosition(String(position));
  answer(null, new streams.TombstoneResp().setPosition(at.setPreparePosition(String(position))));
}

const noOptions = () => messages.failure(status.INVALID_ARGUMENT, 'no options');

function refused(
  server: TestServer,
  call: ServerUnaryCall<streams.DeleteReq, unknown>,
  options: streams.DeleteReq.Options,
  how: Removal,
): ServiceError | undefined {
  const { log } = server;
  const stream = messages.streamName(options.getStreamIdentifier());
  if (!server.may(call, stream, '$d')) return messages.accessDenied();
  if (log.isTombstoned(stream)) return messages.streamDeleted(stream);
  const head = log.head(stream);
  const wanted = options.hasRevision() ? Number(options.getRevision()) : head;
  const isMissing = head < 0 && (how === 'delete' || options.hasStreamExists());
  if (wanted === head && !(options.hasNoStream() && head >= 0) && !isMissing) return undefined;
  return messages.failure(status.FAILED_PRECONDITION, 'WrongExpectedVersion', {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': String(wanted),
    'actual-version': String(head),
  });
}
