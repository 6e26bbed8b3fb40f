/**
 * Writing: `Append` (one call an append) and `BatchAppend` (one call for all of a client's appends).
 *
 * A batch may come in several messages; it is written when the last one is in. Answers on BatchAppend
 * carry the correlation id of their batch, and may come in any order.
 */
import code from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  type ServerDuplexStream,
  type ServerReadableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import type { Expectation, Outcome, Proposal } from './event-log.ts';
import * as messages from './messages.ts';
import type { TestServer } from './test-server.ts';

type Written = Exclude<Outcome, { kind: 'wrongRevision' | 'tombstoned' }>;

interface Batch {
  stream: string;
  expected: Expectation;
  proposals: Proposal[];
}

export function append(
  server: TestServer,
  call: ServerReadableStream<streams.AppendReq, streams.AppendResp>,
  answer: sendUnaryData<streams.AppendResp>,
): void {
  const batch: Batch = { stream: '', expected: 'any', proposals: [] };
  call.on('data', (request: streams.AppendReq) => {
    const options = request.getOptions();
    const proposed = request.getProposedMessage();
    if (options) {
      batch.stream = messages.streamName(options.getStreamIdentifier());
      batch.expected = expectation(options, options.hasRevision() ? options.getRevision() : '');
    }
    if (proposed) batch.proposals.push(messages.proposal(proposed));
  });
  call.on('end', async () => {
    const refusal = await server.admit(call);
    if (refusal) return answer(refusal);
    if (messages.writeBytes(batch.proposals) > server.faults.appendBytesMax)
      return answer(messages.tooLarge(server.faults.appendBytesMax));
    if (server.faults.diskFull) return answer(messages.diskFull());
    const outcome = write(server, batch);
    if (outcome === 'unanswered') return;
    if (outcome.kind === 'tombstoned') return answer(messages.streamDeleted(batch.stream));
    answer(null, appendAnswer(outcome, batch.expected));
  });
}

export function batchAppend(
  server: TestServer,
  call: ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>,
): void {
  if (server.faults.batchAppendUnknown) {
    call.emit('error', messages.failure(status.UNIMPLEMENTED, 'Service is unimplemented.'));
    return;
  }
  const open = new Map<string, Batch>();
  call.on('error', () => open.clear());
  call.on('end', () => call.end());
  call.on('data', (request: streams.BatchAppendReq) => {
    const correlation = messages.uuidText(request.getCorrelationId());
    const options = request.getOptions();
    const batch = open.get(correlation) ?? { stream: '', expected: 'any', proposals: [] };
    if (options) {
      batch.stream = messages.streamName(options.getStreamIdentifier());
      const revision = options.hasStreamPosition() ? options.getStreamPosition() : '';
      batch.expected = expectation(options, revision);
    }
    for (const proposed of request.getProposedMessagesList())
      batch.proposals.push(messages.proposal(proposed));
    open.set(correlation, batch);
    if (!request.getIsFinal()) return;
    open.delete(correlation);
    finishBatch(server, call, batch, request.getCorrelationId());
  });
}

async function finishBatch(
  server: TestServer,
  call: ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>,
  batch: Batch,
  correlation: shared.UUID | undefined,
): Promise<void> {
  // No await when nothing stands in the way: batches are then written in the order they came.
  const refusal = server.faults.inTheWay ? await server.admit(call) : server.refusal(call);
  if (refusal) {
    call.emit('error', refusal);
    return;
  }
  const delayMs = server.faults.batchDelaysMs.shift() ?? 0;
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  const response = new streams.BatchAppendResp();
  response.setCorrelationId(correlation);
  response.setStreamIdentifier(messages.streamIdentifier(batch.stream));
  if (messages.writeBytes(batch.proposals) > server.faults.appendBytesMax) {
    const detail = new shared.MaximumAppendSizeExceeded();
    detail.setMaxappendsize(server.faults.appendBytesMax);
    response.setError(
      batchError('Maximum Append Size Exceeded', 'MaximumAppendSizeExceeded', detail),
    );
  } else if (server.faults.diskFull) {
    response.setError(batchError(messages.NO_SPACE, 'Unknown', new shared.Unknown()));
  } else {
    const outcome = write(server, batch);
    if (outcome === 'unanswered') return;
    fillBatchAnswer(response, outcome, batch);
  }
  if (!call.destroyed && !call.cancelled) call.write(response);
}

/** Writes, or fails to answer where the test asked for it. */
function write(server: TestServer, batch: Batch): Outcome | 'unanswered' {
  // Read before the server died, or let go by its death: nobody is there to write it.
  if (!server.running) return 'unanswered';
  const crash = server.faults.crashOnAppend;
  if (crash) {
    server.faults.crashOnAppend = undefined;
    if (crash === 'after') server.log.append(batch.stream, batch.proposals, batch.expected);
    void server.stop();
    return 'unanswered';
  }
  const outcome = server.log.append(batch.stream, batch.proposals, batch.expected);
  if (server.faults.answersLost === 0) return outcome;
  server.faults.answersLost--;
  return 'unanswered';
}

interface ExpectationOptions {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

function expectation(options: ExpectationOptions, revision: string): Expectation {
  if (revision !== '') return Number(revision);
  if (options.hasNoStream()) return 'noStream';
  return options.hasStreamExists() ? 'streamExists' : 'any';
}

function appendAnswer(
  outcome: Exclude<Outcome, { kind: 'tombstoned' }>,
  expected: Expectation,
): streams.AppendResp {
  const response = new streams.AppendResp();
  if (outcome.kind === 'wrongRevision') {
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (outcome.current < 0) wrong.setCurrentNoStream(new shared.Empty());
    else wrong.setCurrentRevision(String(outcome.current));
    if (typeof expected === 'number') wrong.setExpectedRevision(String(expected));
    else if (expected === 'noStream') wrong.setExpectedNoStream(new shared.Empty());
    else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
    else wrong.setExpectedStreamExists(new shared.Empty());
    return response.setWrongExpectedVersion(wrong);
  }
  const position = new streams.AppendResp.Position();
  position.setCommitPosition(String(outcome.position));
  position.setPreparePosition(String(outcome.position));
  const success = new streams.AppendResp.Success().setCurrentRevision(String(outcome.revision));
  return response.setSuccess(success.setPosition(position));
}

function fillBatchAnswer(
  response: streams.BatchAppendResp,
  outcome: Outcome,
  { stream, expected }: Batch,
): void {
  if (outcome.kind === 'tombstoned') {
    const detail = new shared.StreamDeleted();
    detail.setStreamIdentifier(messages.streamIdentifier(stream));
    response.setError(batchError(`Event stream '${stream}' is deleted.`, 'StreamDeleted', detail));
  } else if (outcome.kind === 'wrongRevision') {
    const detail = wrongRevision(outcome.current, expected);
    response.setError(batchError('WrongExpectedVersion', 'WrongExpectedVersion', detail));
  } else response.setSuccess(batchSuccess(outcome));
}

function wrongRevision(current: number, expected: Expectation): shared.WrongExpectedVersion {
  const detail = new shared.WrongExpectedVersion();
  if (current < 0) detail.setCurrentNoStream(new shared.Empty());
  else detail.setCurrentStreamRevision(String(current));
  if (typeof expected === 'number') detail.setExpectedStreamPosition(String(expected));
  else if (expected === 'noStream') detail.setExpectedNoStream(new shared.Empty());
  else if (expected === 'any') detail.setExpectedAny(new shared.Empty());
  else detail.setExpectedStreamExists(new shared.Empty());
  return detail;
}

function batchSuccess(outcome: Written): streams.BatchAppendResp.Success {
  const position = new shared.AllStreamPosition();
  position.setCommitPosition(String(outcome.position));
  position.setPreparePosition(String(outcome.position));
  const success = new streams.BatchAppendResp.Success();
  return success.setCurrentRevision(String(outcome.revision)).setPosition(position);
}

function batchError(
  message: string,
  name: string,
  detail: { serializeBinary(): Uint8Array },
): statuses.Status {
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), `event_store.client.${name}`);
  return new statuses.Status().setCode(code.Code.UNKNOWN).setMessage(message).setDetails(packed);
}
