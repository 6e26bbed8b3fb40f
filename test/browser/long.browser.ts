/** A team of twenty thousand events: the document holds what is in sight, and everything can be reached. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { appendTeam, longTeam } from '../visualizer/long-team.ts';
import { openBrowser, type Watched, watch } from './browser.ts';
import { type ShownStore, showStore } from './shown-store.ts';
import {
  elementsOf,
  goTo,
  headOf,
  PANELS,
  readAll,
  revisionOf,
  rowsOf,
  scrollOf,
  settled,
  showPanel,
} from './team-screen.ts';

const EVENTS = 20_000;
const ELEMENTS_MAX = 6000;
/** Rows in sight on the tallest screen, and some to come. */
const ROWS_MAX = 100;

let browser: Browser;
let shown: ShownStore;
let events: RecordedEvent[];

beforeAll(async () => {
  browser = await openBrowser();
  shown = await showStore(async (store) => {
    await store.rehearse('short', 'review-loop', 1);
    events = longTeam(await store.events('short'), EVENTS, 'long');
    await appendTeam(await store.store(), events);
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await shown?.close();
});

async function open(): Promise<Watched> {
  const watched = await watch(browser, shown.origin);
  await watched.page.goto(shown.teamUrl('long'));
  await readAll(watched.page);
  return watched;
}

describe('a very long team', () => {
  it('is there to its last event, of which only a window of rows is drawn', async () => {
    const { page, clean } = await open();
    expect(events.length).toBeGreaterThan(EVENTS - 200);
    expect(await headOf(page)).toBe(events.length - 1);
    await page.getByRole('button', { name: /^show the runtime/ }).click();
    await settled(page);
    const rows = await rowsOf(page);
    expect(rows.of).toBe(events.length);
    expect(rows.last).toBe(events.length - 1);
    expect(rows.drawn).toBeLessThan(ROWS_MAX);
    clean();
  });

  for (const panel of PANELS)
    it(`keeps the document small on the panel ${panel}, wherever one goes`, async () => {
      const { page, clean } = await open();
      await showPanel(page, panel);
      for (let step = 0; step <= 12; step++) {
        const at = Math.round(((events.length - 1) * ((step * 7) % 13)) / 12);
        await goTo(page, Math.min(at, events.length - 1));
        await settled(page);
        expect(await elementsOf(page)).toBeLessThan(ELEMENTS_MAX);
        const rows = await rowsOf(page);
        expect(rows.drawn).toBeLessThan(ROWS_MAX);
        const here = await revisionOf(page);
        expect([rows.first <= here, rows.last <= here + ROWS_MAX * 5]).toEqual([true, true]);
      }
      clean();
    });

  it('can be scrolled from its end to its beginning, row by row or at once', async () => {
    const { page, clean } = await open();
    const list = page.locator('.timeline-list');
    const at = await revisionOf(page);
    await list.evaluate((element) => element.scrollTo({ top: 0 }));
    await expect.poll(async () => (await rowsOf(page)).first).toBe(0);
    await list.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await expect.poll(async () => (await rowsOf(page)).last).toBeGreaterThan(events.length - 40);
    expect(await revisionOf(page)).toBe(at);
    const bottom = await scrollOf(page);
    expect(bottom).toBeGreaterThan(100_000);
    clean();
  });

  it('finds an event in its middle by its words, and goes there', async () => {
    const { page, clean } = await open();
    const middle = events.findIndex(
      ({ type }, index) => index > events.length / 2 && type === 'round.started',
    );
    const found = events.filter(({ type }) => type === 'round.started');
    await page.getByRole('searchbox').fill('round.started');
    await expect.poll(async () => (await rowsOf(page)).of).toBe(found.length);
    const index = found.findIndex(({ revision }) => revision === middle);
    await page
      .locator('.timeline-list')
      .evaluate((list, to) => list.scrollTo({ top: to }), index * 40);
    const row = page.locator(`#event-${middle}`);
    await row.click();
    expect(await revisionOf(page)).toBe(middle);
    await page.getByRole('button', { name: 'clear search and actor' }).click();
    await row.waitFor();
    expect((await rowsOf(page)).of).toBeGreaterThan(found.length);
    clean();
  });

  it('is jumped through to the next round, message and change of mind from anywhere', async () => {
    const { page, clean } = await open();
    const from = Math.floor(events.length / 2);
    await goTo(page, from);
    const round = events.find(
      ({ type, revision }) => revision > from && type === 'round.started',
    )!.revision;
    await page.getByRole('slider', { name: 'Revision' }).blur();
    await page.keyboard.press('r');
    expect(await revisionOf(page)).toBe(round);
    await page.locator(`#event-${round}`).waitFor();
    for (const key of ['n', 'c', 'J', 'j']) {
      const before = await revisionOf(page);
      await page.keyboard.press(key);
      expect(await revisionOf(page)).toBeGreaterThan(before);
    }
    await page.keyboard.press('Home');
    expect(await revisionOf(page)).toBe(0);
    await page.keyboard.press('End');
    expect(await revisionOf(page)).toBe(events.length - 1);
    clean();
  });

  it('hides what its kind, its actor or a search leaves out, and counts it', async () => {
    const { page, clean } = await open();
    await page.getByRole('button', { name: /^show the runtime/ }).click();
    await page.getByLabel('Only what this actor said, heard or did').selectOption('producer');
    await settled(page);
    const rows = await rowsOf(page);
    expect(rows.of).toBeLessThan(events.length);
    expect(rows.of).toBeGreaterThan(1000);
    await page.getByRole('button', { name: 'clear search and actor' }).click();
    await expect.poll(async () => (await rowsOf(page)).of).toBe(events.length);
    clean();
  });
});
