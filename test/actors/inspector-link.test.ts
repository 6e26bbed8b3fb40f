/** Messages on their way to an inspector: held against the inspector's own package. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { SimulatedClock } from '../../src/actors/clock.ts';
import type { RecordedEvent } from '../../src/events/event.ts';
import { hordeMachines } from '../../src/machines/index.ts';
import {
  createInspection,
  type InspectionEvent,
} from '../../src/telemetry/inspector/inspection.ts';
import { inspectorAt, serveInspectors } from '../../src/telemetry/inspector/inspector-link.ts';
import { InspectorFeed, MESSAGES_MAX } from '../../src/telemetry/inspector/inspector-link-feed.ts';
import { formed, given, joined, message, type Said, say } from '../projections/given.ts';
import { rehearse } from '../properties/rehearsed-teams.ts';

const stage = await rehearse({ seed: 3 });
await stage.run('o', { pattern: 'swarm', seed: 3 });
const events = await stage.events('o');
const definitionOf = (machine: string) => JSON.stringify(hordeMachines[machine]?.machine.config);
const told = events.flatMap(createInspection(definitionOf));
const half = Math.floor(told.length / 2);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** What the package's own receiver makes of what a server sends. */
function received(server: string): StatelyInspectionEvent[] {
  const messages: StatelyInspectionEvent[] = [];
  createWebSocketReceiver({ server }).subscribe((one) => void messages.push(one));
  return messages;
}

async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const asJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value));

describe('a server for inspectors', () => {
  it("tells the package's own receiver the past when it connects, and then what comes", async () => {
    const feed = new InspectorFeed();
    feed.recall(told.slice(0, half));
    const server = await serveInspectors(0, feed);
    onTestFinished(() => server.end());
    const messages = received(server.url);
    await until(() => messages.length === half);
    feed.tell(told.slice(half, half + 1));
    feed.flush();
    await until(() => messages.length === half + 1);
    expect(messages).toEqual(asJson(told.slice(0, half + 1)));
    const late = received(server.url);
    await until(() => late.length === half + 1);
    for (const one of late) {
      expect(one.type).toMatch(/^@xstate\.(actor|event|snapshot)$/);
      expect([typeof one._version, typeof one.sessionId, typeof one.createdAt]).toEqual(
        Array.from({ length: 3 }, () => 'string'),
      );
    }
  });

  it('refuses pages of other origins and other names for this machine', async () => {
    const server = await serveInspectors(0, new InspectorFeed());
    onTestFinished(() => server.end());
    const knock = (headers: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(server.url, { headers });
        socket.on('open', () => {
          socket.close();
          resolve('let in');
        });
        socket.on('error', ({ message }) => resolve(message));
      });
    expect(await knock({ origin: 'https://elsewhere.example' })).toMatch(/401/);
    expect(await knock({ host: 'rebound.example:80' })).toMatch(/401/);
    expect(await knock({ origin: 'http://localhost:3000' })).toBe('let in');
    expect(await knock({})).toBe('let in');
    await expect(
      serveInspectors(Number(new URL(server.url).port), new InspectorFeed()),
    ).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('a link to an inspector', () => {
  it("sends through the package's own relay to whoever looks", async () => {
    const port = await freePort();
    const relay = createInspectorServer({ port, autoOpen: false });
    onTestFinished(() => relay.stop());
    const messages = received(`ws://127.0.0.1:${port}`);
    const feed = new InspectorFeed();
    feed.recall(told);
    const link = inspectorAt(`ws://127.0.0.1:${port}`, feed);
    await link.end();
    await until(() => messages.length === told.length);
    expect(messages).toEqual(asJson(told));
    expect(link.sent).toBe(told.length);
  });

  it('connects again to an inspector that was away, and tells it who there is and where each stands', async () => {
    const port = await freePort();
    const clock = new SimulatedClock(0);
    const troubles: string[] = [];
    const feed = new InspectorFeed(clock);
    feed.recall(told.slice(0, half));
    const link = inspectorAt(`ws://127.0.0.1:${port}`, feed, {
      clock,
      onTrouble: (message) => troubles.push(message),
    });
    await until(() => troubles.length === 1 && clock.next() !== undefined);
    feed.tell(told.slice(half));
    feed.flush();
    const heard: InspectionEvent[] = [];
    const server = new WebSocketServer({ host: '127.0.0.1', port });
    onTestFinished(() => server.close());
    server.on('connection', (socket) => {
      socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    });
    await until(() => {
      clock.advanceTo(clock.now() + 5_000);
      return heard.length > 0;
    });
    await link.end();
    expect(troubles).toHaveLength(1);
    const snapshots = heard.filter(({ type }) => type === '@xstate.snapshot');
    expect(snapshots.at(-1)).toEqual(
      asJson(told.findLast(({ type }) => type === '@xstate.snapshot')),
    );
    expect(heard.filter(({ type }) => type === '@xstate.actor')).toHaveLength(
      told.filter(({ type }) => type === '@xstate.actor').length,
    );
  });

  it('goes to this machine alone', () => {
    for (const address of [
      'ws://example.org:80',
      'http://127.0.0.1:1',
      'nonsense',
      'ws://127.0.0.1.example',
    ])
      expect(() => inspectorAt(address, new InspectorFeed())).toThrow(/on this machine/);
  });
});

describe('many actors', () => {
  const AGENTS = 20;
  const TICKS = 10;

  /** 20 agents that all talk to all: each message is heard 19 times, and moves every state. */
  function crowd(messages: number): RecordedEvent[] {
    const names = Array.from({ length: AGENTS }, (_, i) => `agent-${i + 1}`);
    const said: Said[] = [formed(), ...names.map((name) => joined(name))];
    for (let i = 0; i < messages; i++) {
      const from = names[i % AGENTS]!;
      const hearers = names.filter((name) => name !== from);
      const one = message(from, hearers, i + 1, 'x'.repeat(50_000));
      const state = Object.fromEntries(names.map((name) => [name, { heard: String(i) }]));
      said.push(say(one.type, one.data, { ...one.meta, state }));
    }
    return given(...said);
  }

  it('do not mean thousands of messages: a batch is bounded, and there are ten a second', () => {
    const stream = crowd(300);
    const clock = new SimulatedClock(0);
    const feed = new InspectorFeed(clock);
    const batches: (readonly InspectionEvent[])[] = [];
    feed.onBatch = (batch) => batches.push(batch);
    const inspected = createInspection(() => undefined);
    const all = stream.flatMap(inspected);
    expect(all.length).toBeGreaterThan(11_000);
    // All of it within a second.
    const each = Math.ceil(all.length / TICKS);
    for (let tick = 0; tick < TICKS; tick++) {
      feed.tell(all.slice(tick * each, (tick + 1) * each));
      clock.advanceTo(clock.now() + 100);
    }
    expect(batches).toHaveLength(TICKS);
    const actors = AGENTS + 1;
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(MESSAGES_MAX + 2 * actors);
      const snapshots = batch.filter(({ type }) => type === '@xstate.snapshot');
      expect(new Set(snapshots.map(({ sessionId }) => sessionId)).size).toBe(snapshots.length);
    }
    const states = (messages: readonly InspectionEvent[]) =>
      new Map(
        messages.flatMap((one) =>
          one.type === '@xstate.snapshot' ? [[one.sessionId, one.snapshot.value] as const] : [],
        ),
      );
    expect(states(batches.flat())).toEqual(states(all));
    expect(states(feed.past())).toEqual(states(all));
    expect(feed.past().length).toBeLessThanOrEqual(MESSAGES_MAX + 2 * actors);
    // Texts are cut: neither a batch nor what is kept holds megabytes.
    for (const kept of [feed.past(), ...batches])
      expect(JSON.stringify(kept).length).toBeLessThan(3_000_000);
  });
});
