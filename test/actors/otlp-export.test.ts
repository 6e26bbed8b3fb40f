/** Export to a collector that listens on this machine. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ExportFailure, exportsTraces, exportTeam } from '../../src/actors/otlp-export.ts';
import { rehearse } from '../properties/rehearsed-teams.ts';

interface Taken {
  path: string;
  headers: IncomingHttpHeaders;
  body: any;
}

async function collector(answers: number[] = []) {
  const taken: Taken[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    request.on('end', () => {
      taken.push({ path: request.url!, headers: request.headers, body: JSON.parse(text) });
      response.writeHead(answers.shift() ?? 200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { taken, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const stage = await rehearse({ seed: 1 });
await stage.run('o', { pattern: 'review-loop', seed: 1 });
const events = await stage.events('o');

describe('the export of a team', () => {
  it('sends spans and metrics as the environment says, in the JSON of OTLP', async () => {
    const { taken, url } = await collector();
    const { spans, endpoints } = await exportTeam(events, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20secret',
      OTEL_SERVICE_NAME: 'my horde',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
      OTEL_SEMCONV_STABILITY_OPT_IN: 'http,gen_ai_latest_experimental',
    });
    expect(taken.map(({ path }) => path)).toEqual(['/v1/traces', '/v1/metrics']);
    expect(endpoints).toEqual([`${url}/v1/traces`, `${url}/v1/metrics`]);
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
  });

  it('sends nothing where nothing is named, or the SDK is disabled', async () => {
    expect(exportsTraces({})).toBe(false);
    expect(
      exportsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }),
    ).toBe(false);
    expect(await exportTeam(events, {})).toMatchObject({ endpoints: [] });
  });

  it('tries again where the collector asks for patience, and gives up where it refuses', async () => {
    const patient = await collector([503]);
    await exportTeam(events, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${patient.url}/take` });
    expect(patient.taken.map(({ path }) => path)).toEqual(['/take', '/take']);
    const stern = await collector([400]);
    const refused = exportTeam(events, {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${stern.url}/take?key=secret`,
    });
    await expect(refused).rejects.toThrow(ExportFailure);
    await expect(refused).rejects.toThrow(/answered 400/);
    await expect(refused).rejects.not.toThrow(/secret/);
    expect(stern.taken).toHaveLength(1);
  });
});
