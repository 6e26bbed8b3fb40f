import { describe, expect, it, onTestFinished } from 'vitest';
import { startMessagesApi } from '../servers/messages-api.ts';
import { player } from '../servers/player.ts';
import { hordeIn } from './horde.ts';

describe('a run with a wrong key', () => {
  it('fails with one reason, and the key stands nowhere', async () => {
    const api = await startMessagesApi({ script: player({ seed: 3 }), key: 'test-key' });
    onTestFinished(() => api.close());
    const horde = hordeIn({
      ANTHROPIC_API_KEY: 'sk-wrong-and-secret',
      ANTHROPIC_BASE_URL: api.url,
    });
    const { status, out, err } = await horde.run([
      ...['run', '--pattern', 'review-loop', '--team', 'k', '--json'],
      'Design a migration that splits the users table, then have a DBA review it for safety',
    ]);
    expect(status).toBe(1);
    expect(JSON.stringify(JSON.parse(out))).toMatch(/authentication/);
    const log = await horde.run(['log', 'k', '--json']);
    for (const text of [out, err, log.out]) expect(text).not.toContain('sk-wrong-and-secret');
  });
});
