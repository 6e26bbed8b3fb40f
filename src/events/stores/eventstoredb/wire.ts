/**
 * One client of the server and its calls. A wire is never mended: when it hangs or breaks it is disposed of
 * and another one takes its place.
 *
 * All that is known of the inside of `@eventstore/db-client` is here and in `protocol.ts`: the client gives
 * connection, TLS, credentials and the finding of the leader, its generated classes give the messages. Its
 * own `appendToStream` is not used: its answers are kept in one map for the whole process, so that one
 * client's broken connection fails the appends of all others and a late answer ends the process.
 *
 * Invariants
 * 1. Each wire has its own HTTP/2 connection, with the 100 calls that one may carry.
 * 2. After `dispose` no call of it is open and nothing of it keeps the process alive.
 */
import { createRequire } from 'node:module';
import { EventStoreDBClient } from '@eventstore/db-client';
import grpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { StoreFailure } from '../../store.ts';
import type { ConnectionTarget, Node } from './connection-string.ts';

type StreamsClient = InstanceType<typeof grpc.StreamsClient>;
type CallArguments = Parameters<StreamsClient['batchAppend']>;

export type ReadCall = ReturnType<StreamsClient['read']>;
export type BatchAppendCall = ReturnType<StreamsClient['batchAppend']>;

/** What the client keeps for its own modules. */
interface ClientInside {
  getGRPCClient(kind: typeof grpc.StreamsClient, name: string): Promise<StreamsClient>;
  getChannel(): Promise<{ close(): void }>;
  callArguments(options: { requiresLeader: boolean }, call: { deadline: number }): CallArguments;
}

const KEEP_ALIVE_TIMEOUT_MS = 10_000;

export class Wire {
  readonly #client: EventStoreDBClient;
  readonly #inside: ClientInside;
  readonly #calls = new Set<{ cancel(): void }>();
  #disposed = false;

  /** With a `leader` it goes straight there. */
  constructor(target: ConnectionTarget, leader?: Node) {
    refuseOtherClient();
    const shared = {
      ...target.settings,
      // Channels of equal settings share one connection in grpc-js, a hung one too. A fraction of a
      // millisecond makes this one different from every other (invariant 1).
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS + Math.random(),
    };
    const { credentials, discover, nodes } = target;
    const channel = target.channel();
    const [first] = nodes;
    const alone = nodes.length === 1 ? first : undefined;
    const endpoint = leader ?? (discover ? undefined : alone);
    if (endpoint)
      this.#client = new EventStoreDBClient({ ...shared, endpoint }, channel, credentials);
    else if (alone)
      this.#client = new EventStoreDBClient({ ...shared, discover: alone }, channel, credentials);
    else {
      // Several hosts are asked in turn, whether they are to be discovered or not.
      const endpoints = [...nodes];
      this.#client = new EventStoreDBClient({ ...shared, endpoints }, channel, credentials);
    }
    this.#inside = this.#client as unknown as ClientInside;
  }

  async read(request: streams.ReadReq): Promise<ReadCall> {
    return this.#open((client, args) => client.read(request, ...args));
  }

  async batchAppend(): Promise<BatchAppendCall> {
    return this.#open((client, args) => client.batchAppend(...args));
  }

  async #open<
    Call extends { cancel(): void; once(event: 'status', listener: () => void): unknown },
  >(begin: (client: StreamsClient, args: CallArguments) => Call): Promise<Call> {
    const client = await this.#inside.getGRPCClient(grpc.StreamsClient, 'horde');
    if (this.#disposed) throw new WireDisposed();
    const args = this.#inside.callArguments({ requiresLeader: true }, { deadline: Infinity });
    const call = begin(client, args);
    this.#calls.add(call);
    call.once('status', () => this.#calls.delete(call));
    return call;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const call of this.#calls) call.cancel();
    this.#calls.clear();
    await this.#client.dispose();
    // Looking for a node may still be under way or have failed; then there is nothing to close.
    await this.#inside.getChannel().then(
      (channel) => channel.close(),
      () => {},
    );
  }
}

/** The wire was replaced while the call was being made. */
export class WireDisposed extends Error {
  override readonly name = 'WireDisposed';
}

/**
 * The client of KurrentDB registers its messages under the same global names as this one: loaded together,
 * each takes the other's messages for foreign, in the middle of a call.
 */
function refuseOtherClient(): void {
  const loaded = Object.keys(createRequire(import.meta.url).cache ?? {});
  const other = loaded.some((path) => /[\\/]@kurrent[\\/]kurrentdb-client[\\/]/.test(path));
  const registered = (globalThis as any).proto?.event_store?.client?.streams?.ReadReq;
  if (!other && registered === streams.ReadReq) return;
  throw new StoreFailure(
    'another client of EventStoreDB (such as @kurrent/kurrentdb-client) is loaded in this process, and ' +
      'the two corrupt each other; run that part of your program in a process of its own',
    'fatal',
  );
}
