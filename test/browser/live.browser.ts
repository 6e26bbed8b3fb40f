/** A team as it is watched while it works: whoever follows sees what comes, whoever has gone back stays there. */
import { createServer } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type Watched, watch } from './browser.ts';
import { type ShownStore, showStore } from './shown-store.ts';
import { goTo, headOf, readAll, revisionOf, rowsOf, scrollOf } from './team-screen.ts';

const REQUEST = 'Design a rate limiter for the public API and have it reviewed';
/** What the browser itself says when its server is away. */
const AWAY = /net::ERR_/;
const PATIENT = { timeout: 30_000 };

let browser: Browser;
let shown: ShownStore;

beforeAll(async () => {
  browser = await openBrowser();
  shown = await showStore(async ({ rehearse }) => rehearse('before', 'review-loop', 1));
});
afterAll(async () => {
  await browser?.close();
  await shown?.close();
});

const rehearsal = (team: string, latency: number, pattern = 'swarm-discovery'): string[] => [
  ...['--rehearse', '--latency', String(latency), '--seed', '1'],
  ...['--pattern', pattern, '--team', team, REQUEST],
];

/** A page that looks at a team from its beginning; `url` is of the server alone. */
async function lookAt(team: string, url: string): Promise<Watched> {
  const watched = await watch(browser, new URL(url).origin);
  await watched.page.goto(`${url}/team/${team}`);
  await readAll(watched.page);
  return watched;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const formed = (team: string) =>
  expect.poll(() => shown.events(team).then(({ length }) => length), PATIENT).toBeGreaterThan(0);

const lastOf = async (team: string): Promise<number> => (await shown.events(team)).length - 1;

/** The words of a verdict, once there is an outcome. */
const ENDED = /^(completed|fallback), (high|medium|low) confidence$/;
const badge = (page: Page) => page.locator('.team-bar .badge').first().innerText();

describe('a page that a run serves', () => {
  it('is moved by what comes, to the last word, and says when nobody serves it any more', async () => {
    const { url, child } = await shown.serve(['run', '--ui', ...rehearsal('watched', 300)]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await formed('watched');
    const { page, clean } = await lookAt('watched', url);
    const begun = await headOf(page);
    await expect.poll(() => headOf(page), PATIENT).toBeGreaterThan(begun + 20);
    for (let look = 0; look < 5; look++) {
      const [at, head] = await page
        .getByRole('slider', { name: 'Revision' })
        .evaluate(({ value, max }: HTMLInputElement) => [value, max]);
      expect(at).toBe(head);
    }
    await ended;
    await expect.poll(() => headOf(page)).toBe(await lastOf('watched'));
    expect(await badge(page)).toMatch(ENDED);
    const { last, of, drawn } = await rowsOf(page);
    expect(last).toBe(await lastOf('watched'));
    expect(drawn).toBeLessThan(of);
    await page.getByText('its server has gone').waitFor();
    clean(AWAY);
  });

  it('shows replies word by word, before their events are there', async () => {
    const { url } = await shown.serve(['run', '--ui', ...rehearsal('spoken', 1500, 'review-loop')]);
    await formed('spoken');
    const { page } = await lookAt('spoken', url);
    await page.evaluate(() => {
      const heard: { head: number; actor: string; text: string }[] = [];
      Object.assign(window, { heard });
      const look = () => {
        const range = document.querySelector<HTMLInputElement>('.scrubber-range')!;
        for (const row of document.querySelectorAll('.timeline-spoken li')) {
          const actor = row.querySelector('b')!.textContent!;
          const text = row.querySelector('.timeline-spoken-text')!.textContent!;
          heard.push({ head: Number(range.max), actor, text });
        }
      };
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await expect.poll(() => badge(page), PATIENT).toMatch(ENDED);
    const heard = await page.evaluate(
      () => (window as unknown as { heard: { head: number; actor: string; text: string }[] }).heard,
    );
    const replies = (await shown.events('spoken')).filter(({ type }) => type === 'model.replied');
    const grew = replies.filter(({ revision, data, meta }) => {
      const said = JSON.stringify(data['content']).replaceAll(/\s|\\n/g, '');
      const before = heard.filter(
        ({ head, actor, text }) =>
          head < revision &&
          meta.work?.startsWith(`${actor}/`) &&
          said.includes(text.slice(1).replaceAll(/\s|…/g, '')),
      );
      return new Set(before.map(({ text }) => text)).size >= 3;
    });
    expect(grew.length).toBeGreaterThan(1);
    // What has become an event is not said twice.
    expect(await page.locator('.timeline-spoken li').count()).toBe(0);
  });
});

describe('whoever has gone back', () => {
  it('stays there while more and more comes, is told how much, and is led to it', async () => {
    shown.start(['run', ...rehearsal('back', 500)]);
    await formed('back');
    const { page, clean } = await lookAt('back', shown.url);
    await expect.poll(() => headOf(page), PATIENT).toBeGreaterThan(25);
    await page.getByRole('button', { name: /^show the runtime/ }).click();
    await goTo(page, 4);
    await page.getByText('following').waitFor({ state: 'hidden' });
    const [head, scroll] = [await headOf(page), await scrollOf(page)];
    const { of } = await rowsOf(page);
    await expect.poll(() => headOf(page), PATIENT).toBeGreaterThan(head + 20);
    expect(await revisionOf(page)).toBe(4);
    expect(await scrollOf(page)).toBe(scroll);
    const chip = page.getByRole('button', { name: /new events?$/ });
    const told = await chip.evaluate((button) => [
      Number(/\d+/.exec(button.textContent!)![0]),
      Number(document.querySelector('.timeline-row')!.getAttribute('aria-setsize')),
    ]);
    expect(told[0]).toBe(told[1]! - of);
    expect(told[0]).toBeGreaterThan(9);
    await chip.click();
    await page.getByText('following').waitFor();
    await chip.waitFor({ state: 'hidden' });
    await expect.poll(() => badge(page), PATIENT).toMatch(ENDED);
    expect(await revisionOf(page)).toBe(await lastOf('back'));
    expect((await rowsOf(page)).last).toBe(await lastOf('back'));
    clean();
  });
});

describe('a team that another process leads', () => {
  it('is followed as it comes, and on the list of teams too', async () => {
    const list = await watch(browser, shown.origin);
    await list.page.goto(shown.url);
    await list.page.getByRole('link', { name: 'before' }).waitFor();
    const { ended } = shown.start(['run', ...rehearsal('elsewhere', 300)]);
    await formed('elsewhere');
    const row = list.page.getByRole('row', { name: /elsewhere/ });
    await row.waitFor();
    const { page, clean } = await lookAt('elsewhere', shown.url);
    expect(await badge(page)).toBe('running');
    const begun = await headOf(page);
    await expect.poll(() => headOf(page), PATIENT).toBeGreaterThan(begun + 20);
    expect(await ended).toBe(0);
    const last = await lastOf('elsewhere');
    await expect.poll(() => headOf(page), PATIENT).toBe(last);
    expect(await revisionOf(page)).toBe(last);
    await expect
      .poll(() => row.innerText(), PATIENT)
      .toMatch(/(completed|fallback), (high|medium|low) confidence/);
    await expect.poll(() => row.innerText(), PATIENT).toContain(String(last + 1));
    clean();
    list.clean();
  });
});

describe('when the process is killed', () => {
  it('the page says so, and catches up by itself once it is served and led again', async () => {
    const port = String(await freePort());
    const run = ['run', '--ui', '--port', port, ...rehearsal('killed', 800)];
    const { url, child } = await shown.serve(run);
    await formed('killed');
    const { page, clean } = await lookAt('killed', url);
    await expect.poll(() => headOf(page), PATIENT).toBeGreaterThan(20);
    child.kill('SIGKILL');
    await page.getByText('connection lost').waitFor();
    const known = await headOf(page);
    await shown.serve(['ui', '--port', port, '--json']);
    await shown.horde(['resume', 'killed']);
    await page.getByText('connection lost').waitFor({ state: 'hidden' });
    const last = await lastOf('killed');
    await expect.poll(() => headOf(page), PATIENT).toBe(last);
    expect(last).toBeGreaterThan(known);
    expect(await badge(page)).toMatch(ENDED);
    expect(await revisionOf(page)).toBe(last);
    clean(AWAY);
  });
});
