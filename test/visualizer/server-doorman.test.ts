/** Whom the server lets in: asked by hand where a browser's or fetch's own rules would not let us ask. */
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODY_MAX } from '../../src/visualizer/server/doorman.ts';
import type { Hands } from '../../src/visualizer/server/steering.ts';
import type { ForkAsked } from '../../src/visualizer/shared/wire.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';
import { served } from './served.ts';

let stage: Rehearsed;
beforeAll(async () => {
  stage = await rehearse({ seed: 3 });
  await stage.run('demo', { pattern: 'review-loop', seed: 1 });
});
afterAll(() => stage.close());

const server = (hands?: Hands) => served({ runtime: stage.runtime, ...(hands ? { hands } : {}) });

const request = (path: string, headers: Record<string, string>, method = 'GET') =>
  `${method} ${path} HTTP/1.1\r\n${Object.entries({ connection: 'close', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

describe('the doorman', () => {
  it('answers only who names this server as the host', async () => {
    const { raw, port } = await server();
    const status = async (host: string) => (await raw(request('/api/about', { host }))).status;
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])
      expect([name, await status(`${name}:${port}`)]).toEqual([name, 200]);
    const others = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1.evil.example:${port}`,
      `0.0.0.0:${port}`,
      `evil.example@127.0.0.1:${port}`,
    ];
    for (const name of others) {
      const answer = await raw(request('/api/about', { host: name }));
      expect([name, [400, 403].includes(answer.status)]).toEqual([name, true]);
      expect(answer.body).not.toContain('memory:');
    }
    const nameless = await raw('GET /api/about HTTP/1.1\r\nconnection: close\r\n\r\n');
    expect(nameless.status).toBe(400);
    const old = await raw('GET /api/about HTTP/1.0\r\n\r\n');
    expect([400, 403]).toContain(old.status);
  });

  it('asks the host of an address that is written out in full, too', async () => {
    const { raw, port } = await server();
    const answer = await raw(
      request('http://evil.example/api/about', { host: `evil.example:${port}` }),
    );
    expect([400, 403]).toContain(answer.status);
  });

  it('refuses what other sites send', async () => {
    const { raw, port } = await server();
    const host = `127.0.0.1:${port}`;
    const status = async (headers: Record<string, string>, path = '/api/teams') =>
      (await raw(request(path, { host, ...headers }))).status;
    expect(await status({ origin: `http://127.0.0.1:${port}` })).toBe(200);
    expect(await status({ origin: `http://localhost:${port}` })).toBe(200);
    for (const origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${port}`,
      'http://127.0.0.1',
    ])
      expect([origin, await status({ origin })]).toEqual([origin, 403]);
    for (const site of ['cross-site', 'same-site'])
      expect([site, await status({ 'sec-fetch-site': site })]).toEqual([site, 403]);
    for (const site of ['same-origin', 'none'])
      expect([site, await status({ 'sec-fetch-site': site })]).toEqual([site, 200]);
    expect(await status({ origin: 'http://evil.example' }, '/api/teams/demo/live')).toBe(403);
  });

  it('lets a link open the page itself, and nothing but the page', async () => {
    const { raw, port } = await server();
    const link = {
      host: `127.0.0.1:${port}`,
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect([200, 503]).toContain((await raw(request('/', link))).status);
    expect((await raw(request('/', { ...link, 'sec-fetch-dest': 'iframe' }))).status).toBe(403);
    for (const path of ['/api/teams', '/api/teams/demo/export.html', '/page.js'])
      expect([path, (await raw(request(path, link))).status]).toEqual([path, 403]);
    expect((await raw(request('/', link, 'POST'))).status).toBe(403);
  });

  it('answers no preflight', async () => {
    const { raw, port } = await server();
    const answer = await raw(
      request(
        '/api/teams/demo/fork',
        {
          host: `127.0.0.1:${port}`,
          origin: 'http://evil.example',
          'access-control-request-method': 'POST',
        },
        'OPTIONS',
      ),
    );
    expect(answer.status).toBe(403);
    expect(answer.head).not.toContain('access-control');
  });

  it('forbids the browser to run, embed, guess or keep', async () => {
    const { raw, port } = await server();
    for (const path of ['/', '/page.js', '/api/about', '/api/teams/demo/events', '/nothing']) {
      const { head } = await raw(request(path, { host: `127.0.0.1:${port}` }));
      for (const line of [
        "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
        "frame-ancestors 'none'",
        'x-content-type-options: nosniff',
        'referrer-policy: no-referrer',
        'cache-control: no-store',
        'cross-origin-resource-policy: same-origin',
      ])
        expect([path, head]).toEqual([path, expect.stringContaining(line)]);
      expect(head).not.toContain('access-control');
    }
  });

  it('gives no other file, however it is spelled', async () => {
    const { raw, port } = await server();
    const host = `127.0.0.1:${port}`;
    const paths = [
      '/../package.json',
      '/page/../../package.json',
      '/%2e%2e/package.json',
      '/..%2fpackage.json',
      '/page.js/../../../../package.json',
      '//etc/passwd',
      '/page.js%00.html',
      '/api/teams/..%2f..%2fpackage.json/events',
      '/api/teams/%2e%2e/export.html',
      '/index.html',
    ];
    for (const path of paths) {
      const { status, body } = await raw(request(path, { host }));
      expect([path, [400, 404].includes(status)]).toEqual([path, true]);
      expect(body).not.toContain('golden-horde');
    }
  });

  it('lets only who holds the token of this start change something', async () => {
    const asked: ForkAsked[] = [];
    const { post, token, get } = await server({
      async fork(team, one) {
        asked.push(one);
        return { team: 'f', origin: { team, revision: one.at }, led: false, remark: '' };
      },
    });
    expect(token).toMatch(/^[\w-]{32}$/);
    for (const authorization of ['', 'Bearer ', `Bearer ${token}x`, `Basic ${token}`, token]) {
      const refused = await post('/api/teams/demo/fork', { at: 5 }, { authorization });
      expect([authorization, refused.status]).toEqual([authorization, 401]);
    }
    const inAddress = await post(
      `/api/teams/demo/fork?token=${token}`,
      { at: 5 },
      { authorization: '' },
    );
    expect(inAddress.status).toBe(401);
    expect(asked).toEqual([]);
    expect((await post('/api/teams/demo/fork', { at: 5 })).status).toBe(200);
    expect(asked).toEqual([{ at: 5 }]);
    const about = async (headers: Record<string, string>) =>
      ((await (await get('/api/about', headers)).json()) as { mayChange: boolean }).mayChange;
    expect(await about({})).toBe(false);
    expect(await about({ authorization: `Bearer ${token}` })).toBe(true);
    expect(await about({ authorization: 'Bearer other' })).toBe(false);
  });

  it('has another token at each start, and prints it where no server is told of it', async () => {
    const [one, other] = [await server(), await server()];
    expect(one.token).not.toBe(other.token);
    expect(new URL(one.url).hash).toBe(`#token=${one.token}`);
    expect(one.url.split('#')[0]).toBe(`${one.base}/`);
  });

  it('takes JSON alone, of the shape that is asked for, and not too much of it', async () => {
    const { post } = await server({
      fork: () => Promise.reject(new Error('it must not come to that')),
    });
    const path = '/api/teams/demo/fork';
    const status = async (body: unknown, headers = {}) => (await post(path, body, headers)).status;
    expect(await status({ at: 5 }, { 'content-type': 'text/plain' })).toBe(415);
    expect(await status({ at: 5 }, { 'content-type': 'application/x-www-form-urlencoded' })).toBe(
      415,
    );
    for (const body of [
      '{',
      '[]',
      'null',
      { at: -1 },
      { at: 1.5 },
      { at: 1, more: 1 },
      { at: 1, rounds: 0 },
    ])
      expect([body, await status(body)]).toEqual([body, 400]);
    expect(await status({ at: 5, answer: { text: 'x'.repeat(BODY_MAX) } })).toBe(413);
    expect((await post('/api/teams/nobody/fork', { at: 5 })).status).toBe(404);
  });

  it('makes no forks where it was lent no hands', async () => {
    const { post } = await server();
    const response = await post('/api/teams/demo/fork', { at: 5 });
    expect([response.status, await response.json()]).toEqual([
      403,
      { error: expect.stringMatching(/use "horde fork"/) },
    ]);
  });

  it('says that a team that has ended hears nothing any more', async () => {
    const { post } = await server();
    for (const path of ['stop', 'pause', 'continue']) {
      const response = await post(`/api/teams/demo/${path}`, {});
      expect([path, response.status]).toEqual([path, 409]);
    }
    const nobody = await post('/api/teams/demo/tell', { to: 'nobody', text: 'hello' });
    expect(nobody.status).toBe(404);
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  it.skipIf(!outside)('is not there for other machines (needs a network to be on)', async () => {
    const { port } = await server();
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(port, outside!.address, () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    expect(reached).toBe(false);
  });
});
