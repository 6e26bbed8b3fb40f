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

  it.each([
    ['typographic quotes', '\u201csk-ant-0123\u201d', 'U+201C, the 1. of 13'],
    ['plain quotes', '"sk-ant-0123"', 'stands in quotes'],
    ['a line break', 'sk-ant-\n0123', 'U+000A, the 8. of 12'],
    ['a space that is not seen', 'sk-ant-0123\u200b', 'U+200B, the 12. of 12'],
  ])('in which stand %s is told in one line, before a team is formed', async (_, key, told) => {
    for (const name of ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN']) {
      const horde = hordeIn({ [name]: key, ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' });
      const { status, out, err } = await horde.run(['run', '--team', 'k', 'Explain the tides.']);
      expect(status).toBe(2);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(err).toContain(name);
      expect(err).toContain(told);
      expect(out + err).not.toContain('sk-ant-');
      const doctor = await horde.run(['doctor']);
      expect(doctor.out).toContain(told);
      expect((await horde.run(['list', '--json'])).out).not.toContain('"k"');
    }
  });
});
