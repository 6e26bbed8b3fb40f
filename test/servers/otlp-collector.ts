/** A collector of OTLP in JSON that listens on this machine, and remembers what it took. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Taken {
  path: string;
  headers: IncomingHttpHeaders;
  body: any;
  status: number;
}

export interface OtlpCollector {
  readonly url: string;
  /** All requests, those that were refused too. */
  readonly taken: readonly Taken[];
  /** Spans of all requests that were answered with 200. */
  spans(): any[];
  records(): any[];
  metrics(name: string): any[];
  /** How the next requests are answered; 200 when there is nothing left. `hang`: never. */
  answer(...answers: (number | 'hang')[]): void;
  /** How every request is answered from now on; `{}` ends it. */
  always(answers: { [path: string]: number }): void;
  close(): Promise<void>;
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const taken: Taken[] = [];
  const next: (number | 'hang')[] = [];
  let always: { [path: string]: number } = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const zipped = request.headers['content-encoding'] === 'gzip';
      const body = JSON.parse((zipped ? gunzipSync(bytes) : bytes).toString());
      const path = request.url!;
      const answer = always[path] ?? always['*'] ?? next.shift() ?? 200;
      const status = answer === 'hang' ? 0 : answer;
      taken.push({ path, headers: request.headers, body, status });
      if (status > 0) response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const of = (path: string) =>
    taken.filter((one) => one.path === path && one.status === 200).map(({ body }) => body);
  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    spans: () => of('/v1/traces').flatMap((body) => body.resourceSpans[0].scopeSpans[0].spans),
    records: () => of('/v1/logs').flatMap((body) => body.resourceLogs[0].scopeLogs[0].logRecords),
    metrics: (name) =>
      of('/v1/metrics')
        .flatMap((body) => body.resourceMetrics[0].scopeMetrics[0].metrics)
        .filter((metric) => metric.name === name),
    answer: (...answers) => void next.push(...answers),
    always(answers) {
      always = answers;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The value of an attribute in the JSON of OTLP. */
export function attribute(one: any, key: string): unknown {
  const value = one.attributes.find((each: any) => each.key === key)?.value;
  return value && (value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue);
}
