/**
 * All appends of one wire on its one `BatchAppend` call: sent as they come, answered in any order.
 *
 * Invariants
 * 1. Every append sent is settled once: by its answer, its time limit, or the end of the call.
 * 2. An answer that nobody waits for any more is dropped.
 */
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import { NO_STREAM, RevisionConflict } from '../../store.ts';
import { BatchRefused, OutOfTime } from './failure.ts';
import { type Batch, batchRequest, safeInteger } from './protocol.ts';
import { type BatchAppendCall, type Wire, WireDisposed } from './wire.ts';

interface Written {
  revision: number;
  /** Absent when the server does not say. */
  position: number | undefined;
}

interface Waiting {
  batch: Batch;
  resolve(written: Written): void;
  reject(error: Error): void;
  sentAt: number;
}

export class BatchAppend {
  readonly #call: Promise<BatchAppendCall>;
  readonly #waiting = new Map<string, Waiting>();
  #sweep: NodeJS.Timeout | undefined;
  #ended: Error | undefined;
  #drained: Promise<void> | undefined;
  #release: () => void = () => {};

  constructor(
    wire: Wire,
    private readonly timeoutMs: number,
  ) {
    this.#call = wire.batchAppend().then((call) => this.#listen(call));
    this.#call.catch((error) => this.#end(error));
  }

  send(batch: Batch): Promise<Written> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const correlationId = crypto.randomUUID();
      this.#waiting.set(correlationId, { batch, resolve, reject, sentAt: performance.now() });
      this.#sweep ??= setInterval(() => this.#timeOut(), this.timeoutMs / 10);
      void this.#write(batchRequest(batch, correlationId));
    });
  }

  async #write(request: streams.BatchAppendReq): Promise<void> {
    try {
      const call = await this.#call;
      while (this.#drained) await this.#drained;
      if (this.#ended || call.write(request) !== false) return;
      this.#drained = new Promise((resolve) => {
        this.#release = resolve;
        call.once('drain', resolve);
      });
      await this.#drained;
      this.#drained = undefined;
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #listen(call: BatchAppendCall): BatchAppendCall {
    call.on('data', (answer: streams.BatchAppendResp) => this.#settle(answer));
    call.on('error', (error: Error) => this.#end(error));
    call.on('end', () => this.#end(new WireDisposed('the server ended the append call')));
    return call;
  }

  #settle(answer: streams.BatchAppendResp): void {
    const correlationId = answer.getCorrelationId()?.getString() ?? '';
    const waiting = this.#waiting.get(correlationId);
    if (!waiting) return;
    this.#forget(correlationId);
    try {
      waiting.resolve(written(answer, waiting.batch));
    } catch (error) {
      waiting.reject(error as Error);
    }
  }

  /** One timer for all that wait: a timer for each would cost more than the append. */
  #timeOut(): void {
    const now = performance.now();
    for (const [correlationId, { sentAt, reject }] of this.#waiting) {
      // In the order they were sent: the rest is younger.
      if (now - sentAt < this.timeoutMs) return;
      this.#forget(correlationId);
      reject(new OutOfTime(`no answer to an append in ${this.timeoutMs} ms`));
    }
  }

  #forget(correlationId: string): void {
    this.#waiting.delete(correlationId);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#release();
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(this.#ended);
  }
}

function written(answer: streams.BatchAppendResp, { stream, expected }: Batch): Written {
  const success = answer.getSuccess();
  if (success) {
    const position = success.getPosition()?.getCommitPosition();
    return {
      revision: safeInteger(success.getCurrentRevision(), 'revision'),
      position: position === undefined ? undefined : safeInteger(position, 'position'),
    };
  }
  const details = answer.getError()?.getDetails();
  const type = details?.getTypeName() ?? '';
  if (details && type.endsWith('.WrongExpectedVersion')) {
    const wrong = shared.WrongExpectedVersion.deserializeBinary(details.getValue_asU8());
    const actual = wrong.hasCurrentStreamRevision()
      ? safeInteger(wrong.getCurrentStreamRevision(), 'revision')
      : NO_STREAM;
    throw new RevisionConflict(stream, expected, actual);
  }
  const message = answer.getError()?.getMessage() || 'it gives no reason';
  const reason = type.slice(type.lastIndexOf('.') + 1);
  if (details && reason === 'MaximumAppendSizeExceeded') {
    const exceeded = shared.MaximumAppendSizeExceeded.deserializeBinary(details.getValue_asU8());
    throw new BatchRefused(reason, message, exceeded.getMaxappendsize());
  }
  throw new BatchRefused(reason, message);
}
