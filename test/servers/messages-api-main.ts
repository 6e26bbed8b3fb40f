/**
 * The player as a process of its own, so that the program under test may die while its provider lives on:
 * `npx tsx test/servers/messages-api-main.ts [--port N] [--key K] [--seed N] [--latency MS] [--trouble RATE]
 * [--stop-with-stdin]`. It prints one line of JSON, `{"url": "http://127.0.0.1:…"}`, when it listens.
 *
 * `GET /control/calls` tells `{requests, open, rejected, calls: [{hash, asked, answered}]}`;
 * `POST /control/play` takes `{latencyMs?, trouble?}` for what comes; `POST /control/stop` ends it.
 */
import { parseArgs } from 'node:util';
import { type MessagesApi, type Script, sendJson, startMessagesApi } from './messages-api.ts';
import { player, troubled } from './player.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    key: { type: 'string' },
    seed: { type: 'string', default: '1' },
    latency: { type: 'string', default: '0' },
    trouble: { type: 'string', default: '0' },
    'stop-with-stdin': { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed);
const play = { latencyMs: Number(values.latency), trouble: Number(values.trouble) };

const script: Script = (request, n) =>
  troubled(player({ seed, latencyMs: play.latencyMs }), { rate: play.trouble, seed })(request, n);

const api: MessagesApi = await startMessagesApi({
  script,
  port: Number(values.port),
  ...(values.key !== undefined && { key: values.key }),
  control(request, body, response) {
    switch (`${request.method} ${request.url}`) {
      case 'GET /control/calls':
        sendJson(response, 200, {
          requests: api.requests.length,
          open: api.open,
          rejected: api.rejected,
          calls: [...api.calls.values()],
        });
        return true;
      case 'POST /control/play':
        Object.assign(play, JSON.parse(body));
        sendJson(response, 200, play);
        return true;
      case 'POST /control/stop':
        sendJson(response, 200, {});
        response.on('close', () => void api.close());
        return true;
      default:
        return false;
    }
  },
});

if (values['stop-with-stdin']) {
  process.stdin.resume();
  process.stdin.on('close', () => void api.close());
  process.stdin.unref?.();
}
process.stdout.write(`${JSON.stringify({ url: api.url })}\n`);
