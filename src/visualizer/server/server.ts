/**
 * The visualizer's server: the page, and what the page asks of a store, on this machine alone. It reads through a
 * runtime that leads nothing, beside whatever process leads the teams.
 *
 * Invariants
 * 1. It listens on 127.0.0.1 and answers only what the doorman lets in.
 * 2. The token stands in the fragment of the printed address: it is sent to no server and stands in no log.
 * 3. Closing it ends every answer that goes on, and leaves runtime and store as they were.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { AnyStateMachine } from 'xstate';
import type { MachineSource } from '../../actors/machine/registered-machine.ts';
import type { Runtime } from '../../actors/runtime.ts';
import type { Workers } from '../../actors/worker.ts';
import { hordeMachines } from '../../machines/index.ts';
import { packageVersion } from '../../package.ts';
import type { About, ChartDrawing, Refusal } from '../shared/wire.ts';
import { drawingOf } from './chart-drawing.ts';
import { doorkeeping, holdsToken, mayChange, newToken, securityHeaders } from './doorman.ts';
import { Live } from './live.ts';
import { pageFiles } from './page-files.ts';
import { lineOfError, Refused, statusOf } from './refusal.ts';
import { type Hands, steeringRoutes } from './steering.ts';
import { TeamLines } from './team-lines.ts';
import { TeamReading } from './team-reading.ts';
import { teamRoutes } from './team-routes.ts';

export interface VisualizerOptions {
  /** Reads the store; need not lead anything. */
  runtime: Runtime;
  /** Whose charts are drawn; default: the horde's. */
  machines?: Readonly<Record<string, MachineSource | AnyStateMachine>>;
  /** Default: a free one. */
  port?: number;
  /** What needs more than reading; without them nothing can be forked. */
  hands?: Hands;
  /** For what-if: the workers that know what a call of a team with these labels may cost; default: as recorded. */
  measuring?: (labels: Readonly<Record<string, string>>) => Workers;
  /** The folder of the built page; default: this package's. */
  page?: URL;
}

/** What was written last is on its way for so long, before connections are cut. */
const LAST_WORDS_MS = 200;

export interface Visualizer {
  /** With the token, for a person's browser: whoever has it may fork and steer. */
  readonly url: string;
  readonly token: string;
  readonly port: number;
  /** Text of a model as it streams in, for pages that follow the team. */
  spoken(team: string, actor: string, text: string): void;
  close(): Promise<void>;
}

/** Starts to serve. Rejects when the port is taken. */
export async function createVisualizer(options: VisualizerOptions): Promise<Visualizer> {
  const token = newToken();
  const reading = new TeamReading(options.runtime);
  const live = new Live(reading);
  let port = 0;
  const app = application(options, { token, reading, live, port: () => port });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${port}/#token=${token}`,
    token,
    port,
    spoken: (team, actor, text) => live.spoken(team, { actor, text }),
    async close() {
      await live.close();
      const closed = once(server, 'close');
      server.close();
      const late = setTimeout(() => server.closeAllConnections(), LAST_WORDS_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

interface Site {
  token: string;
  reading: TeamReading;
  live: Live;
  port(): number;
}

function application(options: VisualizerOptions, { token, reading, live, port }: Site): Hono {
  const { machines = hordeMachines, hands, measuring = () => ({}) } = options;
  const lines = new TeamLines(reading, live);
  const chart = async (name: string): Promise<ChartDrawing | undefined> => {
    if (!Object.hasOwn(machines, name)) return undefined;
    const source = machines[name]!;
    return drawingOf(name, 'machine' in source ? source.machine : source);
  };
  const app = new Hono();
  app.use(securityHeaders, doorkeeping(port));
  app.get('/', async (context) => {
    const { document } = await pageFiles(options.page);
    return context.html(document);
  });
  app.get('/page.js', async ({ body }) =>
    body((await pageFiles(options.page)).script, 200, {
      'content-type': 'text/javascript; charset=utf-8',
    }),
  );
  app.get('/page.css', async ({ body }) =>
    body((await pageFiles(options.page)).style, 200, { 'content-type': 'text/css; charset=utf-8' }),
  );
  app.get('/api/about', ({ req, json }) =>
    json<About>({
      version: packageVersion,
      store: options.runtime.store.url,
      mayChange: hands !== undefined && holdsToken(req.header('authorization'), token),
    }),
  );
  app.post('*', ...mayChange(token));
  app.route(
    '/api',
    teamRoutes({
      reading,
      live,
      lines,
      chart,
      measuring,
      page: () => pageFiles(options.page),
    }),
  );
  app.route('/api', steeringRoutes(reading, hands));
  app.notFound(({ req }) => {
    throw new Refused(404, `there is nothing at ${req.method} ${req.path.slice(0, 200)}`);
  });
  app.onError((error, { json }) => json<Refusal>({ error: lineOfError(error) }, statusOf(error)));
  return app;
}
