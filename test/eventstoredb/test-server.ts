/**
 * A server that speaks EventStoreDB's wire, for tests: the real client talks to it over real gRPC on
 * loopback. It owns a log, the listening socket and every connection; the services beside it are thin.
 *
 * Invariants
 * 1. One HTTP/2 connection carries at most 100 calls at once, as on the real server.
 * 2. `stop` cuts every connection without a word; `start` takes the same port with the same log. What only the
 *    process knew (the ids of appends at `any`) is forgotten; persistent subscriptions and the log are not.
 * 3. No request ends the process: what a handler throws is answered as an unknown error.
 * 4. No connection is cut while Node reads from it: a session whose socket is already destroyed takes no more
 *    calls, yet Node goes through the rest of what it has read, and a call that begins there aborts the process
 *    (`Assertion failed: onread->IsFunction()`, seen in Node 20.20, nodejs/node#64850). Only a server's side can
 *    meet it: a client's calls are all its own.
 */
import { createServer, type Socket, type Server as SocketServer } from 'node:net';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import persistentGrpc from '@eventstore/db-client/generated/persistent_grpc_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { append, batchAppend } from './append-service.ts';
import { EventLog } from './event-log.ts';
import { Faults } from './faults.ts';
import * as messages from './messages.ts';
import { PersistentSubscriptions } from './persistent-service.ts';
import { read } from './read-service.ts';
import { remove } from './removal-service.ts';
import { namedFor } from './stream-metadata.ts';

export interface TestServerOptions {
  /** 0, the default: any free one, outside the range from which the system gives out ports by itself. */
  port?: number;
  /** Where the log is kept; without, it lives as long as the object. */
  file?: string;
  /** PEM texts: the server then speaks TLS only. */
  tls?: { key: string; cert: string };
  /** Calls without these are refused; who they name is an administrator. */
  credentials?: { username: string; password: string };
  /** Other users and their passwords: without rights of their own, but by a stream's `$acl`. */
  users?: Readonly<Record<string, string>>;
}

/** What any call shows of itself. */
export interface Incoming {
  metadata: Metadata;
}

/** A call that lasts. */
interface LongCall {
  end(): void;
}

type CallKind = 'read' | 'subscription' | 'persistent';

const HOST = '127.0.0.1';
const CALLS_MAX = 100;

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = new TestServer(options);
  await server.start();
  return server;
}

/** A port that nobody else is given while the server is down. */
async function listening(listener: SocketServer, wanted: number): Promise<number> {
  for (let attempts = 1; ; attempts++) {
    const port = wanted || 20_000 + Math.floor(Math.random() * 10_000);
    try {
      await new Promise<void>((resolve, reject) => {
        listener.once('error', reject);
        listener.listen(port, HOST, () => {
          listener.off('error', reject);
          resolve();
        });
      });
      return port;
    } catch (error) {
      if (wanted || attempts === 10) throw error;
    }
  }
}

export class TestServer {
  readonly faults = new Faults();
  readonly log: EventLog;
  /** How many connections were ever made. */
  connections = 0;
  /** How many times the client asked for the server's features. */
  featureCalls = 0;

  readonly #options: TestServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #stalled = new WeakSet<object>();
  readonly #open: { [kind in CallKind]: Set<LongCall> } = {
    read: new Set(),
    subscription: new Set(),
    persistent: new Set(),
  };
  #port: number;
  #listener: SocketServer | undefined;
  #grpc: Server | undefined;
  readonly #persistent = new PersistentSubscriptions(this);

  constructor(options: TestServerOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.log = new EventLog(options.file);
  }

  get port(): number {
    return this.#port;
  }

  get running(): boolean {
    return this.#listener !== undefined;
  }

  /** What a client is given to reach it. */
  get connectionString(): string {
    const { credentials, tls } = this.#options;
    const user = credentials ? `${credentials.username}:${credentials.password}@` : '';
    const host = tls ? 'localhost' : HOST;
    return `esdb://${user}${host}:${this.#port}?tls=${tls !== undefined}`;
  }

  async start(): Promise<void> {
    if (this.#listener) return;
    const { tls } = this.#options;
    const grpc = new Server({
      'grpc.max_concurrent_streams': CALLS_MAX,
      'grpc.max_receive_message_length': 17 * 1024 * 1024,
    });
    this.#addServices(grpc);
    const pair = tls && { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
    const injector = grpc.createConnectionInjector(
      pair ? ServerCredentials.createSsl(null, [pair]) : ServerCredentials.createInsecure(),
    );
    const listener = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      injector.injectConnection(socket);
    });
    this.#listener = listener;
    this.#grpc = grpc;
    try {
      this.#port = await listening(listener, this.#port);
    } catch (error) {
      this.#listener = undefined;
      throw error;
    }
  }

  /** As pulling the plug: nobody is told, nothing in flight is answered. */
  async stop(): Promise<void> {
    const listener = this.#listener;
    if (!listener) return;
    this.#listener = undefined;
    const grpc = this.#grpc;
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    this.#persistent.drop('the server stops');
    this.log.forgetIds();
    this.faults.thaw();
    await this.dropConnections();
    grpc?.forceShutdown();
    await closed;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Cuts every connection; new ones are taken at once. Asked for by a call, it is done after it (invariant 4). */
  async dropConnections(): Promise<void> {
    const sockets = [...this.#sockets];
    await new Promise((resolve) => setImmediate(resolve));
    for (const socket of sockets) socket.destroy();
  }

  /** The subscriptions that are open now send nothing more, and stay open. */
  stallSubscriptions(): void {
    for (const call of this.#open.subscription) this.#stalled.add(call);
  }

  /** Ends the subscriptions that are open now, without an error. */
  endSubscriptions(): void {
    for (const call of this.#open.subscription) call.end();
  }

  isStalled(call: object): boolean {
    return this.#stalled.has(call);
  }

  /** Counts a long call in; the function returned counts it out. */
  enter(kind: CallKind, call: LongCall): () => void {
    const calls = this.#open[kind];
    calls.add(call);
    return () => calls.delete(call);
  }

  /** How many calls of a kind are open now. */
  openCalls(kind: CallKind): number {
    return this.#open[kind].size;
  }

  /** Waits as the faults say; what comes back is the reason not to serve the call. */
  async admit(call: Incoming): Promise<ServiceError | undefined> {
    if (this.faults.inTheWay) await this.faults.passed();
    return this.refusal(call);
  }

  refusal(call: Incoming): ServiceError | undefined {
    const { credentials } = this.#options;
    const { rightsRefused, leaderElsewhere: leader } = this.faults;
    const unauthenticated = messages.failure(status.UNAUTHENTICATED, 'Unauthenticated');
    if (rightsRefused)
      return rightsRefused === 'denied' ? messages.accessDenied() : unauthenticated;
    if (credentials && call.metadata.get('authorization').length === 0)
      return messages.accessDenied();
    if (credentials && this.#user(call) === undefined) return unauthenticated;
    if (leader && call.metadata.get('requires-leader')[0] === 'true')
      return messages.notLeader(leader);
    return undefined;
  }

  /** Another password for the administrator, or for one of the users. */
  changePassword(username: string, password: string): void {
    const { credentials, users = {} } = this.#options;
    if (credentials?.username === username) this.#options.credentials = { username, password };
    else this.#options.users = { ...users, [username]: password };
  }

  #user({ metadata }: Incoming): string | undefined {
    const { credentials, users = {} } = this.#options;
    const known = {
      ...users,
      ...(credentials && { [credentials.username]: credentials.password }),
    };
    const given = metadata.get('authorization')[0];
    return Object.keys(known).find((name) => {
      const basic = Buffer.from(`${name}:${known[name]}`).toString('base64');
      return given === `Basic ${basic}`;
    });
  }

  /** Whether the caller has a right (`$r`, `$w`, `$d`) on a stream: administrators have all. */
  may(call: Incoming, stream: string, right: string): boolean {
    const { credentials } = this.#options;
    if (!credentials) return true;
    const user = this.#user(call);
    if (user === credentials.username) return true;
    const named = namedFor(this.log.metadata(stream), right);
    if (named) return named.some((name) => name === user || name === '$all');
    return !stream.startsWith('$');
  }

  #addServices(grpc: Server): void {
    grpc.addService(streamsGrpc.StreamsService as never, {
      append: (call: any, answer: any) => append(this, call, answer),
      batchAppend: (call: any) => batchAppend(this, call),
      read: (call: any) => void read(this, call),
      delete: (call: any, answer: any) => remove(this, call, answer, 'delete'),
      tombstone: (call: any, answer: any) => remove(this, call, answer, 'tombstone'),
    });
    grpc.addService(
      persistentGrpc.PersistentSubscriptionsService as never,
      this.#persistent.handlers() as never,
    );
    grpc.addService(featuresGrpc.ServerFeaturesService as never, {
      getSupportedMethods: this.#supportedMethods as never,
    });
    grpc.addService(gossipGrpc.GossipService as never, { read: this.#gossip as never });
  }

  #supportedMethods = async (
    _call: ServerUnaryCall<unknown, features.SupportedMethods>,
    answer: sendUnaryData<features.SupportedMethods>,
  ): Promise<void> => {
    this.featureCalls++;
    // Open to everybody.
    await this.faults.passed();
    const supported = new features.SupportedMethods().setEventStoreServerVersion('23.10.8.0');
    const add = (service: string, method: string, has: string[]) => {
      const message = new features.SupportedMethod();
      message.setServiceName(service).setMethodName(method).setFeaturesList(has);
      supported.addMethods(message);
    };
    const streamsName = 'event_store.client.streams.Streams';
    for (const method of ['read', 'append', 'delete', 'tombstone']) add(streamsName, method, []);
    if (!this.faults.batchAppendUnknown) add(streamsName, 'batchappend', ['deadline_duration']);
    const persistentName = 'event_store.client.persistent_subscriptions.PersistentSubscriptions';
    for (const method of ['create', 'update', 'delete', 'read', 'getinfo', 'list', 'replayparked'])
      add(persistentName, method, ['stream', 'all']);
    answer(null, supported);
  };

  #gossip = async (
    call: ServerUnaryCall<unknown, gossip.ClusterInfo>,
    answer: sendUnaryData<gossip.ClusterInfo>,
  ): Promise<void> => {
    const refusal = await this.admit(call);
    if (refusal) return answer(refusal);
    const member = (endpoint: { host: string; port: number }, state: number) =>
      new gossip.MemberInfo()
        .setState(state as gossip.MemberInfo.VNodeState)
        .setIsAlive(true)
        .setTimeStamp(String(Date.now()))
        .setHttpEndPoint(new gossip.EndPoint().setAddress(endpoint.host).setPort(endpoint.port));
    const leader = this.faults.leaderElsewhere;
    const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
    const own = member({ host: HOST, port: this.#port }, leader ? FOLLOWER : LEADER);
    const members = leader ? [own, member(leader, LEADER)] : [own];
    answer(null, new gossip.ClusterInfo().setMembersList(members));
  };
}
