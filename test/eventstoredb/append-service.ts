/**
 * Writing: `Append` (one call an append) and `BatchAppend` (one call for all of a client's appends).
 *
 * A batch may come in several messages; it is written when the last one is in. Answers on BatchAppend
 * carry the correlation id of their batch, and may come in any order.
 *
 * Invariants
 * 1. What is wrong with one batch is told in its own answer; the call and the other batches live on.
 * 2. A refused append leaves no trace.
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
import type { Incoming, TestServer } from './test-server.ts';

type Written = Extract<Outcome, { kind: 'written' | 'repeated' }>;

interface Batch {
  stream: string;
  /** Undefined: the client has not said. */
  expected: Expectation | undefined;
  /** Milliseconds since 1970. */
  deadline: number;
  proposals: Proposal[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ZERO_UUID = '00000000-0000-0000-0000-000000000000';

const emptyBatch = (): Batch => ({
  stream: '',
  expected: undefined,
  deadline: Number.POSITIVE_INFINITY,
  proposals: [],
});

/** Ids and types that the server does not take. */
function isBad({ proposals, stream }: Batch): boolean {
  const fits = ({ id, type }: Proposal) => UUID.test(id) && id !== ZERO_UUID && type !== '';
  return stream === '' || !proposals.every(fits);
}

export function append(
  server: TestServer,
  call: ServerReadableStream<streams.AppendReq, streams.AppendResp>,
  answer: sendUnaryData<streams.AppendResp>,
): void {
  const batch = emptyBatch();
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
    const refusal = (await server.admit(call)) ?? refusedAppend(server, call, batch);
    if (refusal) return answer(refusal);
    // Past its deadline nobody waits for the answer, and it may be written all the same.
    const outcome = write(server, batch, batch.expected ?? 'any');
    if (outcome.kind === 'unanswered') return;
    if (outcome.kind === 'tombstoned') return answer(messages.streamDeleted(batch.stream));
    answer(null, appendAnswer(outcome, batch.expected ?? 'any'));
  });
}

function refusedAppend(server: TestServer, call: Incoming, batch: Batch) {
  const { appendBytesMax, diskFull } = server.faults;
  if (!server.may(call, batch.stream, '$w')) return messages.accessDenied();
  if (isBad(batch)) return messages.failure(status.UNKNOWN, 'Exception was thrown by handler.');
  if (messages.writeBytes(batch.proposals) > appendBytesMax)
    return messages.tooLarge(appendBytesMax);
  return diskFull ? messages.diskFull() : undefined;
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
    const batch = open.get(correlation) ?? emptyBatch();
    if (options) {
      batch.stream = messages.streamName(options.getStreamIdentifier());
      const revision = options.hasStreamPosition() ? options.getStreamPosition() : '';
      batch.expected = expectation(options, revision);
      batch.deadline = deadlineOf(options);
    }
    for (const proposed of request.getProposedMessagesList())
      batch.proposals.push(messages.proposal(proposed));
    open.set(correlation, batch);
    if (!request.getIsFinal()) return;
    open.delete(correlation);
    void finishBatch(server, call, batch, request.getCorrelationId());
  });
}

function deadlineOf(options: streams.BatchAppendReq.Options): number {
  return options.getDeadline()?.toDate().getTime() ?? Number.POSITIVE_INFINITY;
}

async function finishBatch(
  server: TestServer,
  call: ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>,
  batch: Batch,
  correlation: shared.UUID | undefined,
): Promise<void> {
  // No await when nothing stands in the way: batches are then written in the order they came.
  const refusal = server.faults.inTheWay ? await server.admit(call) : server.refusal(call);
  const denied = refusal?.code === status.PERMISSION_DENIED;
  if (refusal && !denied) {
    call.emit('error', refusal);
    return;
  }
  const delayMs = server.faults.batchDelaysMs.shift() ?? 0;
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  const response = new streams.BatchAppendResp();
  response.setCorrelationId(correlation);
  response.setStreamIdentifier(messages.streamIdentifier(batch.stream));
  const error = denied
    ? batchError('AccessDenied', new shared.AccessDenied())
    : refusedBatch(server, call, batch);
  if (error) response.setError(error);
  else {
    const outcome = write(server, batch, batch.expected!);
    if (outcome.kind === 'unanswered') return;
    fillBatchAnswer(response, outcome, batch);
  }
  if (!call.destroyed && !call.cancelled) call.write(response);
}

function refusedBatch(server: TestServer, call: Incoming, batch: Batch) {
  const { appendBytesMax, diskFull } = server.faults;
  if (batch.expected === undefined || isBad(batch))
    return batchError('BadRequest', new shared.BadRequest().setMessage('BadRequest'));
  if (!server.may(call, batch.stream, '$w'))
    return batchError('AccessDenied', new shared.AccessDenied());
  if (messages.writeBytes(batch.proposals) > appendBytesMax) {
    const detail = new shared.MaximumAppendSizeExceeded().setMaxappendsize(appendBytesMax);
    return batchError('MaximumAppendSizeExceeded', detail);
  }
  if (batch.deadline < Date.now()) return batchError('Timeout', new shared.Timeout());
  if (diskFull) return batchError('Unknown', new shared.Unknown(), messages.NO_SPACE);
  return undefined;
}

/** Writes, or fails to answer where the test asked for it. */
function write(server: TestServer, batch: Batch, expected: Expectation): Outcome {
  // Read before the server died, or let go by its death: nobody is there to write it.
  if (!server.running) return { kind: 'unanswered' };
  const crash = server.faults.crashOnAppend;
  if (crash) {
    server.faults.crashOnAppend = undefined;
    if (crash === 'after') server.log.append(batch.stream, batch.proposals, expected);
    void server.stop();
    return { kind: 'unanswered' };
  }
  const outcome = server.log.append(batch.stream, batch.proposals, expected);
  if (server.faults.answersLost === 0) return outcome;
  server.faults.answersLost--;
  return { kind: 'unanswered' };
}

interface ExpectationOptions {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

function expectation(options: ExpectationOptions, revision: string): Expectation | undefined {
  if (revision !== '') return Number(revision);
  if (options.hasNoStream()) return 'noStream';
  if (options.hasAny()) return 'any';
  return options.hasStreamExists() ? 'streamExists' : undefined;
}

function appendAnswer(
  outcome: Exclude<Outcome, { kind: 'tombstoned' | 'unanswered' }>,
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
  const success = new streams.AppendResp.Success();
  if (outcome.kind === 'nothing') success.setNoStream(new shared.Empty());
  else success.setCurrentRevision(String(outcome.revision));
  if (outcome.kind !== 'nothing' && outcome.position !== undefined) {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(outcome.position));
    success.setPosition(position.setPreparePosition(String(outcome.position)));
  } else success.setNoPosition(new shared.Empty());
  return response.setSuccess(success);
}

function fillBatchAnswer(
  response: streams.BatchAppendResp,
  outcome: Outcome,
  { stream, expected }: Batch,
): void {
  if (outcome.kind === 'tombstoned') {
    const detail = new shared.StreamDeleted();
    detail.setStreamIdentifier(messages.streamIdentifier(stream));
    response.setError(batchError('StreamDeleted', detail));
  } else if (outcome.kind === 'wrongRevision') {
    const detail = wrongRevision(outcome.current, expected!);
    response.setError(batchError('WrongExpectedVersion', detail));
  } else if (outcome.kind === 'nothing') {
    const success = new streams.BatchAppendResp.Success();
    success.setNoStream(new shared.Empty()).setNoPosition(new shared.Empty());
    response.setSuccess(success);
  } else response.setSuccess(batchSuccess(outcome as Written));
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

function batchSuccess({ revision, position }: Written): streams.BatchAppendResp.Success {
  const success = new streams.BatchAppendResp.Success().setCurrentRevision(String(revision));
  if (position === undefined) return success.setNoPosition(new shared.Empty());
  const at = new shared.AllStreamPosition();
  at.setCommitPosition(String(position)).setPreparePosition(String(position));
  return success.setPosition(at);
}

const { Code } = code;
const CODES = {
  WrongExpectedVersion: Code.ALREADY_EXISTS,
  MaximumAppendSizeExceeded: Code.INVALID_ARGUMENT,
  BadRequest: Code.INVALID_ARGUMENT,
  StreamDeleted: Code.NOT_FOUND,
  AccessDenied: Code.PERMISSION_DENIED,
  Timeout: Code.DEADLINE_EXCEEDED,
  Unknown: Code.UNKNOWN,
};

function batchError(
  name: keyof typeof CODES,
  detail: { serializeBinary(): Uint8Array },
  message: string = name,
): statuses.Status {
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), `event_store.client.${name}`);
  return new statuses.Status().setCode(CODES[name]).setMessage(message).setDetails(packed);
}
