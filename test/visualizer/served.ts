/** A visualizer's server for a test: fetched from, asked over a bare socket, and listened to. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import type { NewEvent } from '../../src/events/event.ts';
import { teamId, teamStream } from '../../src/events/ids.ts';
import type { EventStore } from '../../src/events/store.ts';
import {
  createVisualizer,
  type Visualizer,
  type VisualizerOptions,
} from '../../src/visualizer/server/server.ts';

export interface Served extends Visualizer {
  readonly base: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** What a request written by hand is answered with: status and body. */
  raw(text: string): Promise<{ status: number; head: string; body: string }>;
  listen(path: string, headers?: Record<string, string>): Promise<Listening>;
}

export interface ServerSent {
  id: string | undefined;
  event: string;
  data: any;
}

export interface Listening {
  status: number;
  heard: ServerSent[];
  /** Resolves once it holds of what was heard. */
  until(holds: (heard: ServerSent[]) => boolean): Promise<void>;
  close(): void;
  /** Resolves when the server has ended the answer. */
  ended: Promise<void>;
}

export async function served(options: VisualizerOptions): Promise<Served> {
  const visualizer = await createVisualizer(options);
  onTestFinished(() => visualizer.close());
  const base = `http://127.0.0.1:${visualizer.port}`;
  return {
    ...visualizer,
    base,
    get: (path, headers = {}) => fetch(base + path, { headers }),
    post: (path, body, headers = {}) =>
      fetch(base + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${visualizer.token}`,
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    raw: (text) => rawRequest(visualizer.port, text),
    listen: (path, headers) => listen(base + path, headers),
  };
}

function rawRequest(port: number, text: string): ReturnType<Served['raw']> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s);
      resolve({ status: Number(head.split(' ')[1]), head: head.toLowerCase(), body });
    });
  });
}

async function listen(url: string, headers: Record<string, string> = {}): Promise<Listening> {
  const left = new AbortController();
  onTestFinished(() => left.abort());
  const response = await fetch(url, { headers, signal: left.signal });
  const heard: ServerSent[] = [];
  const waiting = new Set<() => void>();
  const ended = (async () => {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop()!;
      for (const part of parts) if (/^event: /m.test(part)) heard.push(sentOf(part));
      for (const look of waiting) look();
    }
  })().catch(() => {});
  const until = (holds: (heard: ServerSent[]) => boolean) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!holds(heard)) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(
        () => reject(new Error(`it was not heard; heard: ${JSON.stringify(heard).slice(0, 500)}`)),
        10_000,
      );
      waiting.add(look);
      look();
    });
  return { status: response.status, heard, until, close: () => left.abort(), ended };
}

function sentOf(part: string): ServerSent {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1];
  return { id: field('id'), event: field('event')!, data: JSON.parse(field('data')!) };
}

/** The revisions of all batches heard. */
export const revisionsOf = (heard: readonly ServerSent[]): number[] =>
  heard.flatMap(({ event, data }) =>
    event === 'events' ? (data as { revision: number }[]).map(({ revision }) => revision) : [],
  );

/** An event that anyone's own machine might say. */
export const ownEvent = (type: string, data: object, version = 0): NewEvent => ({
  id: randomUUID(),
  type,
  version,
  data: JSON.stringify(data),
  meta: JSON.stringify({ at: 1_700_000_000_000, turn: 0, last: true }),
});

export const appendTo = (store: EventStore, team: string, events: NewEvent[], after: number) =>
  store.append(teamStream(teamId(team)), events, after);
