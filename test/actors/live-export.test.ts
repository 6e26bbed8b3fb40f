/** Telemetry that is sent while a team works. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type TeamId, teamId, teamStream } from '../../src/events/ids.ts';
import { type EventStore, NO_STREAM } from '../../src/events/store.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { type LiveExportOptions, startLiveExport } from '../../src/telemetry/live/live-export.ts';
import { exportTeam } from '../../src/telemetry/otlp/otlp-export.ts';
import { type Rehearsed, rawEvents, rehearse } from '../properties/rehearsed-teams.ts';
import { attribute, type OtlpCollector, startOtlpCollector } from '../servers/otlp-collector.ts';

async function collector(): Promise<OtlpCollector> {
  const started = await startOtlpCollector();
  onTestFinished(() => started.close());
  return started;
}

const o: TeamId = teamId('o');
const to = ({ url }: OtlpCollector, more: Record<string, string> = {}) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_SEMCONV_STABILITY_OPT_IN: 'gen_ai_latest_experimental',
  ...more,
});
/** Few at once, so that a small team fills several batches. */
const FEW = { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5' };

/** A live export on the stage's own clock. */
function exporting(stage: Rehearsed, env: LiveExportOptions['env'], store?: EventStore) {
  const troubles: string[] = [];
  const live = startLiveExport({
    store: store ?? stage.store,
    clock: stage.clock,
    team: o,
    env,
    onTrouble: ({ message }) => troubles.push(message),
  })!;
  return { live, troubles };
}

/** Until it holds; bounded by the time of the test. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const byId = (spans: any[]) => new Map(spans.map((span) => [span.spanId, span]));

describe('a live export', () => {
  it('sends each span and record once, the long ones when they end, and the same as after the fact', async () => {
    const [during, after] = [await collector(), await collector()];
    const stage = await rehearse({ seed: 4, failureRate: 0.2 });
    const { live, troubles } = exporting(stage, to(during, FEW));
    await stage.run('o', { pattern: 'review-loop', seed: 4 });
    const sent = await live.end();
    expect([sent.unsent, troubles]).toEqual([undefined, []]);
    const requests = during.taken.filter(({ path }) => path === '/v1/traces');
    expect(requests.length).toBeGreaterThan(3);
    await exportTeam(await stage.events('o'), to(after));
    expect(during.spans()).toHaveLength(sent.spans);
    expect(byId(during.spans()).size).toBe(sent.spans);
    expect(byId(during.spans())).toEqual(byId(after.spans()));
    expect(during.records()).toEqual(after.records());
    expect(during.spans().at(-1).name).toMatch(/^invoke_workflow/);
    const tokens = (one: OtlpCollector) =>
      one
        .metrics('gen_ai.client.token.usage')
        .flatMap(({ histogram }) => histogram.dataPoints)
        .reduce((sum, { sum: one }) => sum + one, 0);
    expect(tokens(during)).toBe(tokens(after));
    expect(tokens(during)).toBeGreaterThan(0);
    await stage.close();
  });

  it('sends what has ended by then, every few seconds, while the team goes on', async () => {
    const during = await collector();
    const stage = await rehearse({ seed: 2 });
    let live: ReturnType<typeof exporting>['live'] | undefined;
    const subscription = stage.store.subscribe({
      prefix: 'team-o',
      after: 'end',
      async onEvents(events) {
        if (live || !events.some(({ type }) => type === 'model.replied')) return;
        live = exporting(stage, to(during)).live;
        stage.clock.advanceTo(stage.clock.now() + 5_000);
        await until(() => during.spans().length > 0);
        expect(during.spans().some(({ name }) => name.startsWith('chat '))).toBe(true);
        expect(during.spans().some(({ name }) => name.startsWith('invoke_'))).toBe(false);
      },
    });
    await stage.run('o', { pattern: 'single-agent', seed: 2 });
    await until(() => during.spans().length > 0);
    subscription.close();
    await live!.end();
    expect(during.spans().at(-1).name).toBe('invoke_workflow single-agent');
    await stage.close();
  });

  it('sends the teams below too, in the same trace', async () => {
    for (let seed = 1; ; seed++) {
      const during = await collector();
      const stage = await rehearse({ seed, swarms: true });
      const { live } = exporting(stage, to(during));
      await stage.run('o', { pattern: 'nested-swarm', seed });
      await live.end();
      const below = (await stage.runtime.teams()).filter((id) => id.startsWith('o-'));
      await stage.close();
      if (below.length === 0) continue;
      const roots = during.spans().filter(({ name }) => name.startsWith('invoke_workflow'));
      const teams = roots.map((root) => attribute(root, 'horde.team'));
      expect(new Set(teams)).toEqual(new Set(['o', ...below]));
      expect(new Set(during.spans().map(({ traceId }) => traceId)).size).toBe(1);
      expect(byId(during.spans()).size).toBe(during.spans().length);
      return;
    }
  });

  it('keeps one batch while the collector is away, says so once, and sends all when it is back', async () => {
    const flaky = await collector();
    flaky.always({ '*': 503 });
    const stage = await rehearse({ seed: 3 });
    const { live, troubles } = exporting(stage, to(flaky, FEW));
    await stage.run('o', { pattern: 'review-loop', seed: 3 });
    for (let waits = 0; waits < 3; waits++) {
      const before = flaky.taken.length;
      await until(() => {
        stage.clock.advanceTo(stage.clock.now() + 5_000);
        return flaky.taken.length > before;
      });
    }
    // The same batch each time: nothing more is read until it has been taken.
    expect(new Set(flaky.taken.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    flaky.always({});
    const sent = await live.end();
    expect(sent.unsent).toBeUndefined();
    expect(troubles).toHaveLength(1);
    const after = await collector();
    await exportTeam(await stage.events('o'), to(after));
    expect(byId(flaky.spans())).toEqual(byId(after.spans()));
    expect(byId(flaky.spans()).size).toBe(flaky.spans().length);
    await stage.close();
  });

  it('ends in bounded time with a collector that never answers, and the run is none the worse', async () => {
    const silent = await collector();
    silent.answer(...Array.from({ length: 50 }, () => 'hang' as const));
    const stage = await rehearse({ seed: 3 });
    const { live } = exporting(stage, to(silent, { OTEL_EXPORTER_OTLP_TIMEOUT: '200' }));
    const result = await stage.run('o', { pattern: 'review-loop', seed: 3 });
    expect(result.status).toBe('done');
    const begun = performance.now();
    const sent = await live.end();
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect(sent.unsent).toMatch(/did not take the traces.*horde export-traces/);
    await stage.close();
  });

  it('passes over what the collector refuses for good', async () => {
    const stern = await collector();
    stern.always({ '/v1/logs': 400 });
    const stage = await rehearse({ seed: 3 });
    const { live, troubles } = exporting(stage, to(stern, FEW));
    await stage.run('o', { pattern: 'review-loop', seed: 3 });
    const sent = await live.end();
    expect(troubles[0]).toMatch(/logs: it answered 400/);
    expect(sent.unsent).toMatch(/answered 400/);
    expect(stern.spans().at(-1).name).toBe('invoke_workflow review-loop');
    await stage.close();
  });

  it('of a later process goes on where the one before it stopped', async () => {
    const during = await collector();
    const stage = await rehearse({ seed: 5 });
    await stage.run('o', { pattern: 'review-loop', seed: 5 });
    const first = exporting(stage, to(during)).live;
    const { spans } = await first.end();
    expect(spans).toBeGreaterThan(10);
    const second = await exporting(stage, to(during)).live.end();
    expect([second.spans, second.unsent]).toEqual([0, undefined]);
    expect(during.spans()).toHaveLength(spans);
    // Another collector has been told nothing yet.
    const other = await collector();
    expect((await exporting(stage, to(other)).live.end()).spans).toBe(spans);
    await stage.close();
  });

  it('of a team that changed hands tells each span once, by whoever led when it ended', async () => {
    const [during, after] = [await collector(), await collector()];
    const stage = await rehearse({ seed: 6 });
    await stage.run('o', { pattern: 'review-loop', seed: 6 });
    const raw = await rawEvents(stage.store, teamStream(o));
    const half = Math.floor(raw.length / 2);
    const store = await openMemoryStore();
    await store.append(teamStream(o), raw.slice(0, half), NO_STREAM);
    const first = await exporting(stage, to(during), store).live.end();
    const long = during.spans().filter(({ name }) => /^invoke_/.test(name));
    expect([first.spans, long]).toEqual([during.spans().length, []]);
    await store.append(teamStream(o), raw.slice(half), half - 1);
    const second = await exporting(stage, to(during), store).live.end();
    await exportTeam(await stage.events('o'), to(after));
    expect(first.spans).toBeGreaterThan(0);
    expect(first.spans + second.spans).toBe(after.spans().length);
    expect(byId(during.spans())).toEqual(byId(after.spans()));
    expect(during.records()).toEqual(after.records());
    await stage.close();
  });

  it('tells a fork by its own name from its first event on, and counts no call of the origin again', async () => {
    const during = await collector();
    const stage = await rehearse({ seed: 2 });
    await stage.run('x', { pattern: 'review-loop', seed: 2 });
    const events = await stage.events('x');
    const at =
      events.find(({ type, meta }) => type === 'draft.submitted' && meta.last) ??
      events.filter(({ meta }) => meta.last)[6]!;
    await stage.fork({ origin: 'x', at: at.revision, team: 'o' });
    await exporting(stage, to(during)).live.end();
    const teams = new Set(during.spans().map((span) => attribute(span, 'gen_ai.conversation.id')));
    expect([...teams].filter(Boolean)).toEqual(['o']);
    const shared = during.spans().filter((span) => attribute(span, 'horde.fork.shared'));
    expect(shared.length).toBeGreaterThan(0);
    const counted = during
      .metrics('gen_ai.client.operation.duration')
      .flatMap(({ histogram }) => histogram.dataPoints)
      .reduce((sum, { count }) => sum + Number(count), 0);
    const fresh = during
      .spans()
      .filter(
        (span) =>
          attribute(span, 'gen_ai.operation.name') === 'chat' &&
          !attribute(span, 'horde.fork.shared') &&
          !attribute(span, 'horde.answered_by') &&
          !attribute(span, 'horde.left_to_origin'),
      );
    expect(counted).toBe(fresh.length);
    await stage.close();
  });
});
