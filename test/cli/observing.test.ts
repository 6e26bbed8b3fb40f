/** Watching teams with tools that people know: a collector, a log, the Stately inspector. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWebSocketReceiver } from '@statelyai/inspect';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { attribute, startOtlpCollector } from '../servers/otlp-collector.ts';
import { hordeIn } from './horde.ts';
import { until } from './until.ts';

const REHEARSAL = ['run', '--rehearse', '--pattern', 'review-loop', '--seed', '2', '--team', 't'];
const REQUEST = 'Design the orders table, then have it reviewed';

async function collector() {
  const started = await startOtlpCollector();
  onTestFinished(() => started.close());
  return started;
}

const ids = (spans: any[]) => new Set(spans.map(({ spanId }) => spanId));

describe('a collector that the environment names', () => {
  it('is sent a team while it runs, and the same spans again by export-traces', async () => {
    const live = await collector();
    const horde = hordeIn({
      OTEL_EXPORTER_OTLP_ENDPOINT: live.url,
      OTEL_BSP_SCHEDULE_DELAY: '40',
    });
    const { status, err } = await horde.run([...REHEARSAL, '--latency', '60', REQUEST]);
    expect(status).toBe(0);
    expect(err).toMatch(
      /\d+ spans and \d+ log records sent to .*\/v1\/traces, .*\/v1\/metrics, .*\/v1\/logs/,
    );
    const requests = live.taken.filter(({ path }) => path === '/v1/traces').length;
    expect(requests).toBeGreaterThan(1);
    expect(ids(live.spans()).size).toBe(live.spans().length);
    const later = await collector();
    const again = await horde.run(['export-traces', 't', '--json', '--endpoint', later.url]);
    expect(again.json()).toMatchObject({ team: 't', spans: live.spans().length });
    expect(ids(later.spans())).toEqual(ids(live.spans()));
    expect(later.records()).toEqual(live.records());
    expect(live.records().map((one) => attribute(one, 'event.name'))).toContain('gen_ai.choice');
    // A team that has ended and was told is not told again by looking at it.
    const before = live.taken.length;
    await horde.run(['resume', 't']);
    expect(live.taken).toHaveLength(before);
    const printed = (await horde.run(['export-traces', 't', '--print', '--logs'])).lines();
    expect(printed).toHaveLength(live.records().length);
  });

  it('and is away does the run no harm, and is named at its end', async () => {
    const gone = await collector();
    await gone.close();
    const horde = hordeIn({ OTEL_EXPORTER_OTLP_ENDPOINT: gone.url });
    const { status, err } = await horde.run([...REHEARSAL, REQUEST]);
    expect(status).toBe(0);
    expect(err).toMatch(/not all of the trace was sent: .*ECONNREFUSED.*horde export-traces/);
  });
});

describe('HORDE_LOG', () => {
  it('writes what the process does as JSON lines, and nothing without it', async () => {
    const horde = hordeIn({ HORDE_LOG: 'info:horde.log' });
    expect((await horde.run([...REHEARSAL, REQUEST])).status).toBe(0);
    const text = readFileSync(join(horde.folder, 'horde.log'), 'utf8');
    const told = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['leadership taken', 'team dissolved']),
    );
    expect(text).not.toContain('orders table');
    const silent = await hordeIn().run([...REHEARSAL, REQUEST]);
    expect(silent.err).not.toContain('{"level"');
  });

  it('that cannot be understood is bad usage, before a team is formed', async () => {
    const horde = hordeIn({ HORDE_LOG: 'loud' });
    const { status, err } = await horde.run([...REHEARSAL, REQUEST]);
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/^horde: HORDE_LOG=loud: give a level/),
    ]);
    expect((await horde.run(['log', 't'])).err).toMatch(/no team "t"/);
  });

  it('and a collector watch over what a worker leads', async () => {
    const live = await collector();
    const horde = hordeIn({
      HORDE_LOG: 'info:worker.log',
      OTEL_EXPORTER_OTLP_ENDPOINT: live.url,
    });
    await horde.run([...REHEARSAL, '--detach', REQUEST]);
    const working = horde.begin(['worker', '--json']);
    const roots = () => live.spans().filter(({ name }) => name === 'invoke_workflow review-loop');
    await until(() => roots().length > 0);
    working.interrupt();
    expect((await working.ended).status).toBe(0);
    expect(roots()).toHaveLength(1);
    const log = readFileSync(join(horde.folder, 'worker.log'), 'utf8');
    expect(log).toContain('"msg":"team dissolved"');
  });
});

describe('horde inspect', () => {
  it('sends a team to an inspector on this machine', async () => {
    const relay = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    onTestFinished(() => relay.close());
    await new Promise((resolve) => relay.once('listening', resolve));
    const heard: any[] = [];
    relay.on('connection', (socket) => {
      socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    });
    const url = `ws://127.0.0.1:${(relay.address() as { port: number }).port}`;
    const horde = hordeIn();
    await horde.run([...REHEARSAL, REQUEST]);
    const sent = (await horde.run(['inspect', 't', '--to', url, '--follow', '--json'])).json();
    const printed = (await horde.run(['inspect', 't', '--json'])).lines();
    expect(sent.messages).toBe(printed.length);
    await until(() => heard.length === printed.length);
    expect(heard.map(({ id }) => id)).toEqual(printed.map(({ id }) => id));
    expect((await horde.run(['inspect', 't', '--to', 'ws://example.org:1'])).status).toBe(2);
    expect((await horde.run(['inspect', 't', '--to', url, '--port', '0'])).status).toBe(2);
  });

  it('lets inspectors connect, and tells them of a team that is running', async () => {
    const horde = hordeIn();
    await horde.run([...REHEARSAL, '--detach', '--latency', '30', REQUEST]);
    const serving = horde.begin(['inspect', 't', '--port', '0', '--follow', '--json']);
    await until(() => serving.out.includes('\n'));
    const messages: any[] = [];
    createWebSocketReceiver({ server: JSON.parse(serving.out).url }).subscribe((one) => {
      messages.push(one);
    });
    await until(() => messages.length > 0);
    const past = messages.length;
    await horde.run(['resume', 't']);
    await until(() => messages.at(-1)?.snapshot?.status === 'done');
    expect(messages.length).toBeGreaterThan(past);
    serving.interrupt();
    expect((await serving.ended).status).toBe(0);
  });
});
