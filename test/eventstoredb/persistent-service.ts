/**
 * Persistent subscriptions on the wire: create, update, delete, look, replay what is parked, and consume.
 */
import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import {
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { EventLog, LogRecord } from './event-log.ts';
import * as messages from './messages.ts';
import {
  type Consumer,
  type GroupSettings,
  type NackAction,
  PersistentGroup,
} from './persistent-group.ts';
import { type RecordFilter, recordFilter } from './record-filter.ts';
import type { TestServer } from './test-server.ts';

type Unary<Request, Response> = (
  call: ServerUnaryCall<Request, Response>,
  answer: sendUnaryData<Response>,
) => Promise<void>;

type ConsumeCall = ServerDuplexStream<persistent.ReadReq, persistent.ReadResp>;

const STRATEGIES = ['dispatchToSingle', 'roundRobin', 'pinned'] as const;
const ACTIONS: { [action: number]: NackAction } = { 1: 'park', 2: 'retry', 3: 'skip', 4: 'stop' };

export class PersistentSubscriptions {
  readonly #groups = new Map<string, PersistentGroup>();

  constructor(private readonly server: TestServer) {}

  /** As when the server dies: the groups stay, and the last events come again. */
  drop(reason: string): void {
    for (const group of this.#groups.values()) group.drop(reason);
  }

  /** As the gRPC server wants it. */
  handlers() {
    return {
      create: this.#create,
      update: this.#update,
      delete: this.#delete,
      read: this.#consume,
      getInfo: this.#getInfo,
      list: this.#list,
      replayParked: this.#replayParked,
      restartSubsystem: this.#restart,
    };
  }

  #create: Unary<persistent.CreateReq, persistent.CreateResp> = async (call, answer) => {
    const refusal = await this.server.admit(call);
    if (refusal) return answer(refusal);
    const options = call.request.getOptions()!;
    const source = sourceOf(options.getStream() ?? options);
    const name = options.getGroupName();
    if (this.#groups.has(keyOf(source, name)))
      return answer(groupFailure(status.ALREADY_EXISTS, 'exists', source, name));
    const { matches, start } = wanted(this.server.log, source, options);
    const settings = groupSettings(options.getSettings()!);
    const group = new PersistentGroup(this.server.log, source, name, settings, matches, start);
    this.#groups.set(keyOf(source, name), group);
    answer(null, new persistent.CreateResp());
  };

  #update: Unary<persistent.UpdateReq, persistent.UpdateResp> = async (call, answer) => {
    const options = call.request.getOptions()!;
    const group = await this.#found(call, options.getStream() ?? options, options, answer);
    if (!group) return;
    group.settings = groupSettings(options.getSettings()!);
    answer(null, new persistent.UpdateResp());
  };

  #delete: Unary<persistent.DeleteReq, persistent.DeleteResp> = async (call, answer) => {
    const options = call.request.getOptions()!;
    const group = await this.#found(call, options, options, answer);
    if (!group) return;
    this.#groups.delete(keyOf(group.source, group.name));
    group.close('deleted');
    answer(null, new persistent.DeleteResp());
  };

  #getInfo: Unary<persistent.GetInfoReq, persistent.GetInfoResp> = async (call, answer) => {
    const options = call.request.getOptions()!;
    const group = await this.#found(call, options, options, answer);
    if (group) answer(null, new persistent.GetInfoResp().setSubscriptionInfo(info(group)));
  };

  #list: Unary<persistent.ListReq, persistent.ListResp> = async (call, answer) => {
    const refusal = await this.server.admit(call);
    if (refusal) return answer(refusal);
    const groups = [...this.#groups.values()].map(info);
    answer(null, new persistent.ListResp().setSubscriptionsList(groups));
  };

  #replayParked: Unary<persistent.ReplayParkedReq, persistent.ReplayParkedResp> = async (
    call,
    answer,
  ) => {
    const options = call.request.getOptions()!;
    const group = await this.#found(call, options, options, answer);
    if (!group) return;
    group.replayParked();
    answer(null, new persistent.ReplayParkedResp());
  };

  #restart = async (call: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<unknown>) => {
    answer(messages.failure(status.UNIMPLEMENTED, `${call.getPath()} is not served here`));
  };

  async #found<Response>(
    call: ServerUnaryCall<unknown, Response>,
    source: SourceMessage,
    options: { getGroupName(): string },
    answer: sendUnaryData<Response>,
  ): Promise<PersistentGroup | undefined> {
    const refusal = await this.server.admit(call);
    const stream = sourceOf(source);
    const group = this.#groups.get(keyOf(stream, options.getGroupName()));
    if (refusal) answer(refusal);
    else if (!group)
      answer(groupFailure(status.NOT_FOUND, 'does-not-exist', stream, options.getGroupName()));
    return refusal ? undefined : group;
  }

  #consume = (call: ConsumeCall): void => {
    let group: PersistentGroup | undefined;
    let leave: () => void = () => {};
    const consumer: Consumer = {
      slots: 10,
      send: (record, retries) => call.write(delivered(record, retries)),
      drop: (reason) =>
        call.emit('error', groupFailure(status.CANCELLED, 'dropped', group!.source, reason)),
    };
    const gone = () => {
      group?.disconnect(consumer);
      leave();
    };
    call.on('cancelled', gone);
    call.on('error', gone);
    call.on('end', () => {
      gone();
      call.end();
    });
    call.on('data', async (request: persistent.ReadReq) => {
      const options = request.getOptions();
      if (!options) return this.#settle(group, consumer, request);
      const refusal = await this.server.admit(call);
      if (refusal) return call.emit('error', refusal);
      const source = sourceOf(options);
      group = this.#groups.get(keyOf(source, options.getGroupName()));
      if (!group) {
        const missing = groupFailure(
          status.NOT_FOUND,
          'does-not-exist',
          source,
          options.getGroupName(),
        );
        return call.emit('error', missing);
      }
      leave = this.server.enter('persistent', call);
      const confirmed = new persistent.ReadResp.SubscriptionConfirmation();
      confirmed.setSubscriptionId(`${source}::${group.name}`);
      call.write(new persistent.ReadResp().setSubscriptionConfirmation(confirmed));
      consumer.slots = options.getBufferSize();
      if (!group.connect(consumer))
        call.emit('error', groupFailure(status.FAILED_PRECONDITION, 'full', source, group.name));
    });
  };

  #settle(group: PersistentGroup | undefined, consumer: Consumer, request: persistent.ReadReq) {
    const nack = request.getNack();
    for (const id of request.getAck()?.getIdsList() ?? [])
      group?.ack(consumer, messages.uuidText(id));
    for (const id of nack?.getIdsList() ?? [])
      group?.nack(consumer, messages.uuidText(id), ACTIONS[nack!.getAction()] ?? 'park');
  }
}

interface SourceMessage {
  getStreamIdentifier(): Parameters<typeof messages.streamName>[0];
}

const sourceOf = (message: SourceMessage): string =>
  messages.streamName(message.getStreamIdentifier()) || '$all';

const keyOf = (source: string, name: string): string => `${source}::${name}`;

const EXCEPTIONS = {
  exists: 'persistent-subscription-exists',
  'does-not-exist': 'persistent-subscription-does-not-exist',
  dropped: 'persistent-subscription-dropped',
  full: 'maximum-subscribers-reached',
};

function groupFailure(
  code: status,
  kind: keyof typeof EXCEPTIONS,
  source: string,
  group: string,
): ServiceError {
  const trailers = { exception: EXCEPTIONS[kind], 'stream-name': source, 'group-name': group };
  return messages.failure(
    code,
    `Subscription group ${group} on stream ${source}: ${kind}`,
    trailers,
  );
}

function wanted(
  log: EventLog,
  source: string,
  options: persistent.CreateReq.Options,
): { matches: RecordFilter; start: number } {
  const stream = options.getStream();
  const all = options.getAll();
  if (!all) {
    // Clients of 6.x say it in the settings, as before 21.10: 2^64 - 1 is the end.
    const told = Number(stream ? stream.getRevision() : options.getSettings()?.getRevision());
    const isEnd = stream ? stream.hasEnd() : told > Number.MAX_SAFE_INTEGER;
    const from = isEnd ? 0 : told || 0;
    const start = isEnd ? log.records.length : 0;
    return { matches: (record) => record.stream === source && record.revision >= from, start };
  }
  const position = all?.getPosition();
  const after = position ? log.indexAt(Number(position.getCommitPosition())) : 0;
  const start = all?.hasEnd() ? log.records.length : after;
  return { matches: recordFilter(all?.getFilter()), start };
}

interface SettingsMessage {
  getMessageTimeoutMs(): number;
  getMaxRetryCount(): number;
  getMaxSubscriberCount(): number;
  getNamedConsumerStrategy(): number;
}

const groupSettings = (message: SettingsMessage): GroupSettings => ({
  messageTimeoutMs: message.getMessageTimeoutMs() || 30_000,
  retriesMax: message.getMaxRetryCount(),
  consumersMax: message.getMaxSubscriberCount(),
  strategy: STRATEGIES[message.getNamedConsumerStrategy()] ?? 'roundRobin',
});

function delivered(record: LogRecord, retries: number): persistent.ReadResp {
  const recorded = new persistent.ReadResp.ReadEvent.RecordedEvent();
  const event = new persistent.ReadResp.ReadEvent();
  event.setEvent(messages.fillRecorded(recorded as never, record) as never);
  event.setCommitPosition(String(record.position));
  event.setRetryCount(retries);
  return new persistent.ReadResp().setEvent(event);
}

function info(group: PersistentGroup): persistent.SubscriptionInfo {
  return new persistent.SubscriptionInfo()
    .setEventSource(group.source)
    .setGroupName(group.name)
    .setStatus('Live')
    .setTotalItems(String(group.totalHandled))
    .setTotalInFlightMessages(group.inFlight)
    .setParkedMessageCount(String(group.parked.length))
    .setMessageTimeoutMilliseconds(group.settings.messageTimeoutMs)
    .setMaxRetryCount(group.settings.retriesMax)
    .setConnectionsList(
      Array.from(
        { length: group.consumerCount },
        () => new persistent.SubscriptionInfo.ConnectionInfo(),
      ),
    );
}
