/** The page as an engineer uses it: look at teams, go back in time, ask why, fork, compare. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type Watched, watch } from './browser.ts';
import { type ShownStore, showStore } from './shown-store.ts';

let browser: Browser;
let shown: ShownStore;

beforeAll(async () => {
  browser = await openBrowser();
  shown = await showStore(async ({ rehearse }) => {
    await rehearse('review', 'review-loop', 1);
    await rehearse('debate', 'adversarial-debate', 2);
    await rehearse('other', 'review-loop', 7);
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await shown?.close();
});

const open = async (url: string): Promise<Watched> => {
  const watched = await watch(browser, shown.origin);
  await watched.page.goto(url);
  return watched;
};

const openTeam = async (team: string, query = ''): Promise<Watched> => {
  const watched = await open(shown.teamUrl(team, query));
  await watched.page.getByRole('slider', { name: 'Revision' }).waitFor();
  await watched.page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('.scrubber-range')?.max !== '0',
  );
  return watched;
};

const revisionOf = (page: Page) =>
  page.getByRole('slider', { name: 'Revision' }).evaluate((range: HTMLInputElement) => range.value);

const panelOf = (page: Page) => page.getByRole('region', { name: 'Selected event' });

describe('the list of teams', () => {
  it('tells of each its pattern, how it ended and what it used, and opens it', async () => {
    const { page, clean } = await open(shown.url);
    const row = page.getByRole('row', { name: /debate/ });
    await row.waitFor();
    expect(await row.innerText()).toMatch(
      /adversarial-debate[\s\S]*(completed|fallback), (high|medium|low) confidence/,
    );
    expect(await page.getByRole('row').count()).toBe(4);
    await row.getByRole('link', { name: 'debate' }).click();
    await page.getByRole('heading', { name: 'debate' }).waitFor();
    await page.locator('.team-bar .badge', { hasText: 'rehearsal' }).waitFor();
    expect(page.url()).not.toContain('token');
    clean();
  });
});

describe('a team', () => {
  it('stands at its end when it is opened, in the states that the command line tells', async () => {
    const { page, clean } = await openTeam('review');
    const { actors } = await shown.json(['state', 'review']);
    expect(await revisionOf(page)).toBe(String((await shown.events('review')).length - 1));
    for (const actor of Object.keys(actors))
      await page
        .getByRole('button', { name: new RegExp(`^${actor}\\b`) })
        .first()
        .waitFor();
    clean();
  });

  it('shows every actor in the state that it had at any revision one goes to', async () => {
    const { page, clean } = await openTeam('review');
    const events = await shown.events('review');
    const ends = events.filter(({ meta }) => meta.last).map(({ revision }) => revision);
    for (const at of [ends[0]!, ends[ends.length >> 1]!, ends.at(-1)!]) {
      await page.getByRole('slider', { name: 'Revision' }).fill(String(at));
      const { actors } = await shown.json(['state', 'review', '--at', String(at)]);
      for (const [actor, { state }] of Object.entries<{ state: unknown }>(actors)) {
        const path =
          typeof state === 'string' ? state : Object.entries(state as object)[0]!.join('.');
        const button = page.getByRole('button', { name: new RegExp(`^${actor}\\b`) }).first();
        await expect.poll(() => button.innerText()).toContain(path);
      }
    }
    clean();
  });

  it('lights the state of a chart, and the transition just taken', async () => {
    const { page, clean } = await openTeam('review', 'at=60');
    const chart = page.getByRole('article', { name: /^Statechart of/ }).first();
    await chart.locator('svg').waitFor();
    expect(await chart.locator('svg .is-active').count()).toBeGreaterThan(0);
    await chart.getByText(/^took:/).waitFor();
    clean();
  });

  it('is walked through with the keyboard alone', async () => {
    const { page, clean } = await openTeam('review');
    await page.keyboard.press('Home');
    expect(await revisionOf(page)).toBe('0');
    await page.keyboard.press('n');
    const message = Number(await revisionOf(page));
    expect(message).toBeGreaterThan(0);
    await page.keyboard.press('J');
    expect(Number(await revisionOf(page))).toBeGreaterThan(message);
    await page.keyboard.press('c');
    await panelOf(page)
      .getByText(/changed its mind/)
      .first()
      .waitFor();
    await page.keyboard.press('2');
    await page.getByRole('listbox', { name: 'Messages, oldest first' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Help' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('approved');
    const found = page.getByRole('region', { name: 'Timeline' }).getByText(/^\d+ of \d+/);
    const all = (await shown.events('review')).length;
    await expect.poll(() => found.first().innerText()).toMatch(new RegExp(`^[1-9]\\d? of ${all}`));
    clean();
  });

  it('keeps where one stands in the address, so that it can be sent on', async () => {
    const { page, clean } = await openTeam('review', 'at=17&panel=board');
    expect(await revisionOf(page)).toBe('17');
    await page.getByText('In progress', { exact: false }).first().waitFor();
    await page.keyboard.press('j');
    // The next one that the timeline shows.
    await expect.poll(() => Number(/at=(\d+)/.exec(page.url())?.[1])).toBeGreaterThan(17);
    clean();
  });

  it('is opened where the address leads, with that event on the screen', async () => {
    const at = (await shown.events('review')).length >> 1;
    const { page, clean } = await openTeam('review', `at=${at}`);
    const timeline = page.getByRole('region', { name: 'Timeline' });
    const row = timeline.locator(`[data-revision="${at}"]`);
    await row.waitFor();
    expect(await row.getAttribute('aria-current')).toBe('step');
    const box = await row.boundingBox();
    expect(box!.y).toBeGreaterThan(0);
    expect(box!.y + box!.height).toBeLessThanOrEqual(900);
    clean();
  });

  it('plays by itself, and stops when it is told to', async () => {
    const { page, clean } = await openTeam('review', 'at=5');
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => revisionOf(page).then(Number)).toBeGreaterThan(6);
    await page.getByRole('button', { name: 'Pause' }).click();
    const at = await revisionOf(page);
    await page.waitForTimeout(400);
    expect(await revisionOf(page)).toBe(at);
    clean();
  });
});

describe('the selected event', () => {
  it('shows what a model was asked, as it was rebuilt, and what it replied', async () => {
    const { page, clean } = await openTeam('review');
    const replied = (await shown.events('review')).find(({ type }) => type === 'model.replied')!;
    await page.getByRole('slider', { name: 'Revision' }).fill(String(replied.revision));
    const panel = panelOf(page);
    await panel.getByText('The prompt, rebuilt').waitFor();
    const hash = String(replied.data['requestHash']).slice(0, 12);
    await panel.getByText(`request ${hash}`).waitFor();
    await panel
      .getByText(/Design a rate limiter/)
      .first()
      .waitFor();
    clean();
  });

  it('leads back to its cause, and from there to the request', async () => {
    const { page, clean } = await openTeam('review', 'at=60');
    await panelOf(page)
      .getByText(/the whole chain/i)
      .click();
    const more = panelOf(page).getByRole('button', { name: /more$/ });
    while (await more.isVisible()) await more.click();
    await panelOf(page).getByText('team.formed').first().waitFor();
    clean();
  });
});

describe('a newcomer', () => {
  it('finds the message that made an agent change its mind in two clicks', async () => {
    const { page, clean } = await openTeam('review');
    await page.getByRole('tab', { name: 'Messages' }).click();
    const minds = page.getByRole('region', { name: 'Changes of mind' });
    await minds
      .getByText(/reviewer-\d changed its mind/)
      .first()
      .waitFor();
    await minds
      .getByRole('button', { name: /draft submitted|draft/i })
      .first()
      .click();
    await panelOf(page)
      .getByRole('heading', { name: /draft submitted/i })
      .waitFor();
    clean();
  });
});

describe('each panel', () => {
  for (const [name, expected] of [
    ['Board', /Completed/i],
    ['Budget', /What if the budget had been/],
    ['Merged state', /Tasks \(\d+\)/],
    ['Report', /Summary/i],
  ] as const)
    it(`${name} shows the team at the revision one stands at`, async () => {
      const { page, clean } = await openTeam('review');
      await page.getByRole('tab', { name }).click();
      await page.getByRole('tabpanel').getByText(expected).first().waitFor();
      clean();
    });
});

describe('forking from here', () => {
  it('makes a team that goes on by itself, and leaves its origin as it was', async () => {
    const { stateHash } = await shown.json(['replay', 'review']);
    const { page, clean } = await openTeam('review', 'at=40');
    await page.getByRole('button', { name: /Fork from here/ }).click();
    await page.getByRole('dialog').getByLabel('Rounds in all').fill('5');
    await page.getByRole('button', { name: 'Fork', exact: true }).click();
    const link = page.getByRole('dialog').getByRole('link', { name: /^Open/ });
    await link.waitFor();
    await link.click();
    await page.getByRole('heading', { name: /^review-at-/ }).waitFor();
    await expect
      .poll(() => page.locator('.badge').first().innerText(), { timeout: 15_000 })
      .toMatch(/^(completed|fallback), (high|medium|low) confidence$/);
    expect((await shown.json(['replay', 'review'])).stateHash).toBe(stateHash);
    clean();
  });

  it('says in one line what cannot be, and writes nothing', async () => {
    const before = (await shown.json(['teams'])).length;
    const { page } = await openTeam('review', 'at=40');
    await page.getByRole('button', { name: /Fork from here/ }).click();
    await page.getByRole('dialog').getByLabel('Budget, tokens').fill('-3');
    await page.getByRole('button', { name: 'Fork', exact: true }).click();
    await expect.poll(() => page.getByRole('alert').innerText()).not.toBe('');
    expect((await shown.json(['teams'])).length).toBe(before);
  });
});

describe('two teams side by side', () => {
  it('part where the command line says that they do', async () => {
    const { first } = await shown.json(['diff', 'review', 'other']);
    const { page, clean } = await open(`${shown.url}/compare/review/other`);
    const section = page.getByRole('region', { name: 'The first difference' });
    await section.waitFor();
    expect(await section.innerText()).toContain(String(first.revision));
    clean();
  });
});
