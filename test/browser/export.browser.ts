/** A team in one file, opened from a disk without any network: all of it is there, and it speaks to nobody. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { openBrowser, type Watched, watch } from './browser.ts';
import { type ShownStore, showStore } from './shown-store.ts';
import { goTo, headOf, PANELS, readAll, revisionOf, rowsOf } from './team-screen.ts';

let browser: Browser;
let shown: ShownStore;
let events: RecordedEvent[];
let file: string;

beforeAll(async () => {
  browser = await openBrowser();
  shown = await showStore(async (store) => {
    await store.rehearse('sent', 'adversarial-debate', 3);
    events = await store.events('sent');
    await store.horde(['export', 'sent']);
  });
  file = join(shown.folder, 'sent.html');
});
afterAll(async () => {
  await browser?.close();
  await shown?.close();
});

interface Opened extends Watched {
  /** Whatever the page asked for, beside itself. */
  asked: string[];
}

/** The file as it is opened by whoever got it: no network, and no server of ours. */
async function open(hash = '', path = file): Promise<Opened> {
  const watched = await watch(browser, 'file:');
  const url = pathToFileURL(path).href;
  const asked: string[] = [];
  watched.page.on('request', (request) => {
    if (request.url().split('#')[0] !== url && !request.url().startsWith('data:,'))
      asked.push(request.url());
  });
  await watched.page.context().setOffline(true);
  await watched.page.goto(url + hash);
  await readAll(watched.page);
  return { ...watched, asked };
}

const article = (page: Page) => page.getByRole('article', { name: /^Statechart of/ });

describe('an exported file', () => {
  it('opens at the end of its team, with every event, and asks nobody for anything', async () => {
    const { page, clean, asked } = await open();
    expect(await headOf(page)).toBe(events.length - 1);
    expect(await revisionOf(page)).toBe(events.length - 1);
    await page.getByText('from a file').waitFor();
    await page.getByRole('button', { name: /^show the runtime/ }).click();
    expect((await rowsOf(page)).of).toBe(events.length);
    expect(asked).toEqual([]);
    clean();
  });

  it('draws the chart of every machine of the team, with the states lit that it was in', async () => {
    const { page, clean } = await open();
    const actors = await page.locator('.actor-strip-actor').count();
    expect(actors).toBeGreaterThan(3);
    await goTo(page, Math.floor(events.length / 2));
    for (let index = 0; index < actors; index++) {
      await page.locator('.actor-strip-actor').nth(index).click();
      await article(page).first().locator('svg .is-active').first().waitFor();
    }
    clean();
  });

  for (const panel of PANELS)
    it(`shows the panel ${panel} at every turn of the team`, async () => {
      const { page, clean, asked } = await open();
      await page.getByRole('tab', { name: panel }).click();
      const ends = events.filter(({ meta }) => meta.last).map(({ revision }) => revision);
      const told = new Set<string>();
      for (const at of ends.filter((_, index) => index % 4 === 0).concat(events.length - 1)) {
        await goTo(page, at);
        await page.getByRole('slider', { name: 'Revision' }).focus();
        const body = page.getByRole('tabpanel');
        await expect.poll(() => body.innerText()).not.toBe('');
        expect(await body.locator('.problem').allInnerTexts()).toEqual([]);
        told.add(await body.innerHTML());
      }
      // A report is of the whole team; all else moves.
      if (panel !== 'Report') expect(told.size).toBeGreaterThan(1);
      expect(asked).toEqual([]);
      clean();
    });

  it('rebuilds every prompt to the hash that was recorded when it was asked', async () => {
    const { page, clean } = await open();
    const replies = events.filter(({ type }) => type === 'model.replied');
    expect(replies.length).toBeGreaterThan(3);
    for (const { revision, data } of replies) {
      await goTo(page, revision);
      const panel = page.getByRole('region', { name: 'Selected event' });
      await panel.getByText(`request ${String(data['requestHash']).slice(0, 12)}`).waitFor();
    }
    clean();
  });

  it('is walked through, searched and played like a team that is served', async () => {
    const { page, clean } = await open();
    await page.keyboard.press('Home');
    expect(await revisionOf(page)).toBe(0);
    await page.keyboard.press('n');
    expect(await revisionOf(page)).toBeGreaterThan(0);
    const before = await revisionOf(page);
    await page.keyboard.press(' ');
    await expect.poll(() => revisionOf(page)).toBeGreaterThan(before + 3);
    await page.keyboard.press(' ');
    await page.getByRole('searchbox').fill('task.created');
    await expect
      .poll(async () => (await rowsOf(page)).of)
      .toBe(events.filter(({ type }) => type === 'task.created').length);
    clean();
  });

  it('opens where an address leads that was sent along, and offers nothing that needs a server', async () => {
    const { page, clean } = await open('#/team/sent?at=12&panel=board');
    expect(await revisionOf(page)).toBe(12);
    expect(await page.getByRole('tab', { name: 'Board' }).getAttribute('aria-selected')).toBe(
      'true',
    );
    expect(await page.getByRole('link', { name: 'Export' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Teams' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /Fork|Stop|Tell|Compare/ }).count()).toBe(0);
    clean();
  });

  it('is the same file whoever makes it: a command or the page', async () => {
    const { page } = await watch(browser, shown.origin);
    await page.goto(shown.teamUrl('sent'));
    await readAll(page);
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export' }).click();
    const path = await (await coming).path();
    // The moment of its making stands in it.
    const hash = (of: string) =>
      createHash('sha256')
        .update(readFileSync(of, 'utf8').replace(/"exportedAt":\d+/, ''))
        .digest('hex');
    expect(hash(path)).toBe(hash(file));
  });
});
