/** What stands on the screen of a team, as one looking at it tells it. */
import type { Page } from 'playwright-core';

export const PANELS = ['Statecharts', 'Messages', 'Board', 'Budget', 'Merged state', 'Report'];

/** Resolves when all that is recorded has come. */
export async function readAll(page: Page): Promise<void> {
  await page.getByRole('slider', { name: 'Revision' }).waitFor();
  await page.waitForFunction(() => {
    const range = document.querySelector<HTMLInputElement>('.scrubber-range');
    const bar = document.querySelector('.team-bar');
    return range && bar && range.max !== '0' && !bar.textContent?.includes('reading…');
  });
}

const range = (page: Page) => page.getByRole('slider', { name: 'Revision' });

/** The revision at which one stands. */
export const revisionOf = (page: Page): Promise<number> =>
  range(page).evaluate((input: HTMLInputElement) => Number(input.value));

/** The last revision that the page knows. */
export const headOf = (page: Page): Promise<number> =>
  range(page).evaluate((input: HTMLInputElement) => Number(input.max));

export const goTo = (page: Page, revision: number): Promise<void> =>
  range(page).fill(String(revision));

/** Opens a panel and waits until what is fetched for it has come. */
export async function showPanel(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).click();
  await settled(page);
}

/** Two frames, and the moment after which an event counts as stayed with. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())), 250),
      ),
  );
}

/** How much stands in the document. */
export const elementsOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.getElementsByTagName('*').length);

export interface Rows {
  drawn: number;
  of: number;
  first: number;
  last: number;
}

/** The rows of the timeline that are in the document. */
export const rowsOf = (page: Page): Promise<Rows> =>
  page.locator('.timeline-rows').evaluate((list) => {
    const rows = [...list.children] as HTMLElement[];
    const revisions = rows.map((row) => Number(row.dataset['revision'])).sort((a, b) => a - b);
    return {
      drawn: rows.length,
      of: Number(rows[0]?.getAttribute('aria-setsize') ?? 0),
      first: revisions[0] ?? -1,
      last: revisions.at(-1) ?? -1,
    };
  });

export const scrollOf = (page: Page): Promise<number> =>
  page.locator('.timeline-list').evaluate(({ scrollTop }) => scrollTop);
