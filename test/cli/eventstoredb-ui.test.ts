import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../eventstoredb/test-server.ts';
import { hordeIn } from './horde.ts';
import { lineOf, rehearse, ui } from './served-page.ts';

describe('horde ui', () => {
  it('shows teams of EventStoreDB', async () => {
    const database = await startTestServer({ port: 0 });
    onTestFinished(() => database.stop());
    const horde = hordeIn({ HORDE_STORE: database.connectionString });
    await horde.run(rehearse('t1'));
    const page = await ui(horde);
    expect(await lineOf(page, 't1')).toMatchObject({ status: 'done' });
    const about = await page.get<{ store: string }>('/api/about');
    expect(about.store).toMatch(/^esdb:\/\/[^@]*$/);
    expect(await page.interrupt()).toBe(0);
  });
});
