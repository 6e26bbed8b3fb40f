/** Export to a collector that listens on this machine. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { ExportFailure } from '../../src/telemetry/otlp/otlp-collector.ts';
import { exportsTelemetry, exportTeam } from '../../src/telemetry/otlp/otlp-export.ts';
import { rehearse } from '../properties/rehearsed-teams.ts';
import { startOtlpCollector } from '../servers/otlp-collector.ts';

async function collector() {
  const started = await startOtlpCollector();
  onTestFinished(() => started.close());
  return started;
}

const stage = await rehearse({ seed: 1 });
await stage.run('o', { pattern: 'review-loop', seed: 1 });
const events = await stage.events('o');

describe('the export of a team', () => {
  it('sends spans, metrics and log records as the environment says, in the JSON of OTLP', async () => {
    const { taken, url } = await collector();
    const { spans, records, endpoints } = await exportTeam(events, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20secret',
      OTEL_SERVICE_NAME: 'my horde',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
      OTEL_SEMCONV_STABILITY_OPT_IN: 'http,gen_ai_latest_experimental',
    });
    const paths = ['/v1/traces', '/v1/metrics', '/v1/logs'];
    expect(taken.map(({ path }) => path)).toEqual(paths);
    expect(endpoints).toEqual(paths.map((path) => `${url}${path}`));
    expect(taken[0]!.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
    });
    const { resource, scopeSpans } = taken[0]!.body.resourceSpans[0];
    expect(resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'my horde' },
    });
    expect(resource.attributes).toContainEqual({
      key: 'deployment.environment',
      value: { stringValue: 'test' },
    });
    expect(scopeSpans[0].spans).toHaveLength(spans);
    for (const span of scopeSpans[0].spans) {
      expect(span.startTimeUnixNano).toMatch(/^\d{19}$/);
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
    }
    expect(JSON.stringify(scopeSpans)).toContain('gen_ai.provider.name');
    const { logRecords } = taken[2]!.body.resourceLogs[0].scopeLogs[0];
    expect(logRecords).toHaveLength(records);
    const ids = new Set(scopeSpans[0].spans.map(({ spanId }: any) => spanId));
    for (const record of logRecords) {
      expect(ids).toContain(record.spanId);
      expect(record.timeUnixNano).toMatch(/^\d{19}$/);
      expect([5, 9, 13, 17]).toContain(record.severityNumber);
    }
  });

  it('sends nothing where nothing is named, or the SDK is disabled', async () => {
    const place = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' };
    expect(exportsTelemetry({})).toBe(false);
    expect(exportsTelemetry({ ...place, OTEL_SDK_DISABLED: 'true' })).toBe(false);
    expect(await exportTeam(events, {})).toMatchObject({ endpoints: [] });
  });

  it('leaves out the signals whose exporter is none, and compresses what is sent when asked to', async () => {
    const { taken, url, spans } = await collector();
    await exportTeam(events, {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    });
    expect(taken.map(({ path }) => path)).toEqual(['/v1/traces']);
    expect(taken[0]!.headers['content-encoding']).toBe('gzip');
    expect(spans().length).toBeGreaterThan(10);
  });

  it('is content with a collector that takes traces alone, and says what it does not take', async () => {
    const { url, always, spans } = await collector();
    always({ '/v1/logs': 404, '/v1/metrics': 404 });
    const told = await exportTeam(events, { OTEL_EXPORTER_OTLP_ENDPOINT: url });
    expect(told.endpoints).toEqual([`${url}/v1/traces`]);
    expect(told.refused).toEqual([
      `${url}/v1/metrics knows nothing of metrics`,
      `${url}/v1/logs knows nothing of logs`,
    ]);
    expect(spans()).toHaveLength(told.spans);
  });

  it('tries again where the collector asks for patience, and gives up where it refuses', async () => {
    const patient = await collector();
    patient.answer(503);
    await exportTeam(events, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${patient.url}/take` });
    expect(patient.taken.map(({ path }) => path)).toEqual(['/take', '/take']);
    const stern = await collector();
    stern.answer(400);
    const refused = exportTeam(events, {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${stern.url}/take?key=secret`,
    });
    await expect(refused).rejects.toThrow(ExportFailure);
    await expect(refused).rejects.toThrow(/answered 400/);
    await expect(refused).rejects.not.toThrow(/secret/);
    expect(stern.taken).toHaveLength(1);
  });

  it('waits for a silent collector no longer than the time-out, however often it would try', async () => {
    const silent = await collector();
    silent.answer('hang', 'hang', 'hang');
    const begun = performance.now();
    const sent = exportTeam(events, {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: silent.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '150',
    });
    await expect(sent).rejects.toThrow(ExportFailure);
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect(silent.taken).toHaveLength(1);
  });
});
