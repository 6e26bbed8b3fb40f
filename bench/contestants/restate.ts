/**
 * Restate: its own server, started here on free local ports with its standard settings (its log is synced),
 * and a service whose handler asks each agent within `ctx.run`. A step is one `ctx.run`, journaled.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import http2 from 'node:http2';
import { createRequire } from 'node:module';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { answerOf, type Ring } from '../workload.ts';

// The SDK needs what Node has from version 22 on.
(Promise as any).withResolvers ??= function withResolvers(this: PromiseConstructor) {
  let settle = {};
  const promise = new this((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
};
process.env['RESTATE_LOGGING'] = 'ERROR';

const UP_MS_MAX = 60_000;

export async function open(folder: string) {
  const restate = await import('@restatedev/restate-sdk');
  const clients = await import('@restatedev/restate-sdk-clients');
  const data = path.join(folder, 'restate');
  let resumedAt = 0;
  let runs = 0;
  const loop = restate.service({
    name: 'ring',
    options: { inactivityTimeout: 200 },
    handlers: {
      turn: async (ctx: any, { agents, answers }: Ring) => {
        let text = '';
        for (let i = 0; i < answers; i++)
          text = await ctx.run(`a${i % agents}`, async () => answerOf(i % agents));
        return text.length;
      },
      /** Works, is suspended, and has its journal replayed when it is woken. */
      sleepy: async (ctx: any, { answers }: Ring) => {
        runs += 1;
        resumedAt = performance.now();
        for (let i = 0; i < answers; i++) await ctx.run(`a${i % 2}`, async () => answerOf(i % 2));
        const ms = performance.now() - resumedAt;
        // Long enough to be suspended: what is returned is then how long the replay took.
        await ctx.sleep(3000);
        return ms;
      },
    },
  });
  const server = http2.createServer(restate.createEndpointHandler({ services: [loop] }));
  const own = await listen(server);
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const child = startServer(data, { ingress, admin, node });
  process.once('exit', () => child.kill('SIGKILL'));
  await registered(admin, own);
  const client = clients
    .connect({ url: `http://127.0.0.1:${ingress}` })
    .serviceClient({ name: 'ring' }) as any;
  return {
    steps: async (load: Ring) => {
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: load.teams }, () => client.turn(load)));
      return { ms: performance.now() - startedAt, steps: load.teams * load.answers };
    },
    rebuild: async (answers: number) => {
      runs = 0;
      const ms = await client.sleepy({ teams: 1, agents: 2, answers });
      if (runs < 2) throw new Error('the invocation was never suspended, so nothing was replayed');
      return { ms, events: answers };
    },
  };
}

function startServer(data: string, ports: { ingress: number; admin: number; node: number }) {
  fs.mkdirSync(data, { recursive: true });
  const log = fs.openSync(`${data}.log`, 'a');
  const options = ['--listen-mode', 'tcp', '--bind-ip', '127.0.0.1', '--no-logo'];
  const child: ChildProcess = spawn(binary(), [...options, '--bind-port', String(ports.node)], {
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env['PATH'],
      DO_NOT_TRACK: '1',
      // It would ask the outside for a newer version of itself.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1,localhost',
      RESTATE_BASE_DIR: data,
      RESTATE_NODE_NAME: 'bench',
      RESTATE_LOG_FILTER: 'error',
      RESTATE_INGRESS__BIND_PORT: String(ports.ingress),
      RESTATE_ADMIN__BIND_PORT: String(ports.admin),
    },
  });
  return child;
}

function binary(): string {
  const require = createRequire(import.meta.url);
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  return path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin/restate-server');
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function registered(admin: number, own: number): Promise<void> {
  const until = performance.now() + UP_MS_MAX;
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${admin}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: `http://127.0.0.1:${own}` }),
    }).catch(() => undefined);
    if (response?.ok) return;
    if (performance.now() > until) throw new Error('the Restate server does not come up');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
