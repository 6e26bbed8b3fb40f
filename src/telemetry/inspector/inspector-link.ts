/**
 * The way to a Stately inspector: WebSockets with one message of the inspector's protocol a frame, as JSON
 * (`@statelyai/inspect` 0.7). Two ways, as its package has two ends:
 * - `inspectorAt`: we connect to a relay (`createInspectorServer`), as `createWebSocketInspector` does;
 * - `serveInspectors`: inspectors connect to us, as `createWebSocketReceiver` does.
 * Nothing is expected of the other side, and nothing that it says is listened to.
 *
 * Invariants
 * 1. Both ends are on this machine: other hosts, and pages of other origins, are refused.
 * 2. Whoever connects, or connects again, is first told who there is and where each actor stands.
 * 3. A side that reads slowly costs `BACKLOG_MAX` bytes at most; it misses messages, never the last snapshots.
 */
import type { IncomingMessage } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../actors/clock.ts';
import type { InspectionEvent } from './inspection.ts';
import type { InspectorFeed } from './inspector-link-feed.ts';

export interface InspectorLink {
  /** Messages sent so far, to all. */
  readonly sent: number;
  /** Sends what waits and hangs up; waits a few seconds at most. Rejects when nothing could be reached. */
  end(): Promise<void>;
}

export interface LinkOptions {
  clock?: Clock;
  /** The other side is not there, or not any more; told once until it is there. */
  onTrouble?(message: string): void;
}

const BACKLOG_MAX = 4_000_000;
const FIRST_PAUSE_MS = 250;
const PAUSE_MAX_MS = 5_000;
const END_MS = 3_000;

/** Connects to a relay on this machine, again and again until `end`. Throws a RangeError for any other address. */
export function inspectorAt(
  address: string,
  feed: InspectorFeed,
  options: LinkOptions = {},
): InspectorLink {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'ws:' || !isLoopback(url.hostname))
    throw new RangeError(
      `${address.slice(0, 200)}: name an inspector on this machine, like ws://127.0.0.1:8080`,
    );
  return new Relay(url, feed, options);
}

class Relay implements InspectorLink {
  sent = 0;
  private readonly clock: Clock;
  private socket: WebSocket | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private unwake: (() => void) | undefined;
  private trouble: string | undefined;
  private missed = false;
  private ended = false;
  private whenOpen: (() => void) | undefined;

  constructor(
    private readonly url: URL,
    private readonly feed: InspectorFeed,
    private readonly options: LinkOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    feed.onBatch = (batch) => this.send(batch);
    this.connect();
  }

  private connect(): void {
    const socket = new WebSocket(this.url, { handshakeTimeout: END_MS, maxPayload: 1 << 20 });
    this.socket = socket;
    // What it says is of no interest; it is read all the same, so that its closing is heard.
    socket.on('message', () => {});
    socket.on('error', ({ message }) => this.lost(message));
    socket.on('open', () => {
      this.pauseMs = FIRST_PAUSE_MS;
      this.trouble = undefined;
      this.tellPast();
      this.whenOpen?.();
    });
    socket.on('close', () => {
      this.lost('the connection was closed');
      if (this.ended) return;
      this.unwake = this.clock.wake(this.clock.now() + this.pauseMs, () => this.connect());
      this.pauseMs = Math.min(PAUSE_MAX_MS, this.pauseMs * 2);
    });
  }

  private lost(why: string): void {
    if (this.ended || this.trouble !== undefined) return;
    this.trouble = `${this.url.origin}: ${why}`;
    this.options.onTrouble?.(this.trouble);
  }

  private tellPast(): void {
    this.missed = false;
    this.write(this.feed.past());
  }

  /** What is told while nobody is there is part of the past for whoever comes. */
  private send(batch: readonly InspectionEvent[]): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > BACKLOG_MAX) this.missed = true;
    else if (this.missed) this.tellPast();
    else this.write(batch);
  }

  private write(messages: readonly InspectionEvent[]): void {
    for (const message of messages) this.socket?.send(JSON.stringify(message));
    this.sent += messages.length;
  }

  async end(): Promise<void> {
    const open = this.socket?.readyState === WebSocket.OPEN || (await this.opened());
    this.feed.flush();
    this.ended = true;
    this.unwake?.();
    const socket = this.socket!;
    if (open) await hungUp(socket);
    else socket.terminate();
    if (this.sent === 0) throw new Error(this.trouble ?? `${this.url.origin} was not reached`);
  }

  /** Waits for a connection that may yet come about. */
  private opened(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), END_MS);
      this.whenOpen = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

/** Closed once all that was sent has been read, or after a while. */
function hungUp(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), END_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close();
  });
}

export interface InspectorServer extends InspectorLink {
  readonly url: string;
  /** Inspectors that are connected now. */
  readonly connected: number;
}

/** Serves inspectors on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export function serveInspectors(port: number, feed: InspectorFeed): Promise<InspectorServer> {
  return new Promise((resolve, reject) => {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port,
      maxPayload: 1 << 16,
      verifyClient: ({ req }: { req: IncomingMessage }) => isFromHere(req),
    });
    server.once('error', reject);
    server.once('listening', () => resolve(new Server(server, feed)));
  });
}

class Server implements InspectorServer {
  sent = 0;
  private readonly behind = new Set<WebSocket>();

  constructor(
    private readonly server: WebSocketServer,
    private readonly feed: InspectorFeed,
  ) {
    feed.onBatch = (batch) => {
      for (const client of server.clients) this.send(client, batch);
    };
    server.on('connection', (client) => {
      client.on('error', () => client.terminate());
      this.write(client, this.feed.past());
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  get connected(): number {
    return this.server.clients.size;
  }

  private send(client: WebSocket, batch: readonly InspectionEvent[]): void {
    if (client.readyState !== WebSocket.OPEN) return;
    if (client.bufferedAmount > BACKLOG_MAX) this.behind.add(client);
    else this.write(client, this.behind.delete(client) ? this.feed.past() : batch);
  }

  private write(client: WebSocket, messages: readonly InspectionEvent[]): void {
    for (const message of messages) client.send(JSON.stringify(message));
    this.sent += messages.length;
  }

  async end(): Promise<void> {
    this.feed.flush();
    await Promise.all([...this.server.clients].map(hungUp));
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

const isLoopback = (host: string): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(host);

/** A page from elsewhere could else read the team through the browser of whoever looks at it. */
function isFromHere({ headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  if (!isLoopback(host.replace(/:\d+$/, ''))) return false;
  return origin === undefined || (URL.canParse(origin) && isLoopback(new URL(origin).hostname));
}
