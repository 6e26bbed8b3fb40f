/** What agents write is shown, and never obeyed: nothing runs, nothing appears of it but text, and the page stays quick. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { teamId, teamStream } from '../../src/events/ids.ts';
import { written } from '../visualizer/long-team.ts';
import { openBrowser, type Watched, watch } from './browser.ts';
import { ACHIEVED, type Twins, twinsOf } from './hostile-team.ts';
import { type ShownStore, showStore } from './shown-store.ts';
import { goTo, headOf, PANELS, readAll, settled, showPanel } from './team-screen.ts';

/** As odd as a team's name may be. */
const ODD = `0..-__proto__.constructor-${'_'.repeat(60)}.toString..-`;
const TWIN = 'twin';
const PATTERN = ['--pattern', 'review-loop'];
const ELEMENTS_MAX = 6000;
/** From an input to the frame that shows it; more than that, and a person would call it stuck. */
const STUCK_MS = 2000;

let browser: Browser;
let shown: ShownStore;
let twins: Twins;

beforeAll(async () => {
  browser = await openBrowser();
  shown = await showStore(async ({ rehearse, events, store }) => {
    await rehearse('origin', 'review-loop', 1);
    twins = twinsOf(await events('origin'), ODD, TWIN);
    const append = async (team: string, told: Twins['hostile']) =>
      (await store()).append(teamStream(teamId(team)), told.map(written), -1);
    await append(ODD, twins.hostile);
    await append(TWIN, twins.harmless);
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await shown?.close();
});

interface Seen {
  /** Elements that could run, load or lead somewhere, by name. */
  able: Record<string, number>;
  elements: number;
  wrongs: string[];
}

/** What stands in the document, and what is wrong with it. */
const look = (page: Page): Promise<Seen> =>
  page.evaluate((achieved) => {
    const able: Record<string, number> = {};
    const names = 'script img iframe object embed a link base meta form style video audio frame';
    for (const name of names.split(' ')) able[name] = document.querySelectorAll(name).length;
    const wrongs: string[] = [];
    const unseen =
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]|\p{Surrogate}/u;
    const shown = (text: string) => JSON.stringify(text.slice(0, 80));
    if (achieved in window) wrongs.push('something ran');
    if ('polluted' in {}) wrongs.push('every object was changed');
    const all = [...document.body.querySelectorAll('*')];
    for (const element of all) {
      if (element.tagName === 'SCRIPT') continue;
      for (const { name, value } of element.attributes) {
        const place = `${element.tagName} ${element.className} ${name}`;
        if (name.startsWith('on')) wrongs.push(`${place} would run`);
        if (/^\s*javascript:/i.test(value) && /href|src|action/.test(name))
          wrongs.push(`${place} would run ${shown(value)}`);
        if (unseen.test(value)) wrongs.push(`${place} hides something: ${shown(value)}`);
        if (value.length > 20_000) wrongs.push(`${place} is ${value.length} long`);
      }
      for (const node of element.childNodes)
        if (node.nodeType === 3 && unseen.test(node.nodeValue!)) {
          const at = node.nodeValue!.search(unseen);
          const text = shown(node.nodeValue!.slice(Math.max(0, at - 20)));
          wrongs.push(`${element.tagName} ${element.className} hides something: ${text}`);
        }
    }
    const elements = document.getElementsByTagName('*').length;
    return { able, elements, wrongs: [...new Set(wrongs)] };
  }, ACHIEVED);

async function open(url: string, own = shown.origin): Promise<Watched & { asked: string[] }> {
  const watched = await watch(browser, own);
  const asked: string[] = [];
  watched.page.on('dialog', (dialog) => {
    asked.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  watched.page.on('popup', () => asked.push('a window'));
  watched.page.on('framenavigated', (frame) => {
    // A page that keeps its address in step stays where it is.
    const [to] = frame.url().split('#');
    if (to !== url.split('#')[0]) asked.push(`went to ${to}`);
  });
  await watched.page.goto(url);
  return { ...watched, asked };
}

/** Milliseconds from going to a revision to the frame that shows it. */
const pace = (page: Page, revision: number): Promise<number> =>
  page.getByRole('slider', { name: 'Revision' }).evaluate(
    (range: HTMLInputElement, to) =>
      new Promise<number>((resolve) => {
        const begun = performance.now();
        range.value = String(to);
        range.dispatchEvent(new Event('input', { bubbles: true }));
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
      }),
    revision,
  );

function harmless(seen: Seen, twin?: Seen): void {
  expect(seen.wrongs).toEqual([]);
  expect(seen.elements).toBeLessThan(ELEMENTS_MAX);
  if (twin) expect(seen.able).toEqual(twin.able);
}

async function bothTeams(): Promise<[Awaited<ReturnType<typeof open>>, Page]> {
  const [enemy, twin] = await Promise.all([open(shown.teamUrl(ODD)), open(shown.teamUrl(TWIN))]);
  await Promise.all([readAll(enemy.page), readAll(twin.page)]);
  return [enemy, twin.page];
}

describe('a hostile team', () => {
  it('is a line in the list of teams', async () => {
    const { page, clean, asked } = await open(shown.url);
    await page.getByRole('link', { name: ODD }).waitFor();
    await settled(page);
    const seen = await look(page);
    harmless(seen);
    expect(seen.able).toMatchObject({ img: 0, iframe: 0, base: 0, form: 0 });
    await page.getByRole('searchbox').fill('<script>');
    await settled(page);
    harmless(await look(page));
    expect(asked).toEqual([]);
    clean();
  });

  for (const panel of PANELS)
    it(`does nothing on the panel ${panel}, at whatever revision`, async () => {
      const [{ page, clean, asked }, twin] = await bothTeams();
      await Promise.all([showPanel(page, panel), showPanel(twin, panel)]);
      const head = await headOf(page);
      for (const at of [0, 6, 20, Math.floor(head / 2), head - 8, head - 4, head]) {
        expect(await pace(page, at)).toBeLessThan(STUCK_MS);
        await goTo(twin, at);
        await Promise.all([settled(page), settled(twin)]);
        harmless(await look(page), await look(twin));
      }
      expect(asked).toEqual([]);
      clean();
    }, 120_000);

  it('does nothing in any event that one looks at, nor in what unfolds of it', async () => {
    const [{ page, clean, asked }, twin] = await bothTeams();
    for (let at = 0; at <= (await headOf(page)); at++) {
      await Promise.all([goTo(page, at), goTo(twin, at)]);
      await Promise.all([settled(page), settled(twin)]);
      await Promise.all([unfold(page), unfold(twin)]);
      const [seen, calm] = await Promise.all([look(page), look(twin)]);
      expect({ at, wrongs: seen.wrongs }).toEqual({ at, wrongs: [] });
      harmless(seen, calm);
    }
    expect(asked).toEqual([]);
    clean();
  }, 240_000);

  it('is searched, and told of by the jumps, as text', async () => {
    const { page, clean, asked } = await open(shown.teamUrl(ODD));
    await readAll(page);
    for (const words of ['<script>', 'onerror', '\u202e', '__proto__', 'constructor']) {
      await page.getByRole('searchbox').fill(words);
      await settled(page);
      harmless(await look(page));
    }
    expect(asked).toEqual([]);
    clean();
  });

  it('is compared with others as text', async () => {
    const request = `<script>${ACHIEVED}=1</script> <img src=x onerror="${ACHIEVED}=1"> \u202e {{1}}`;
    for (const [team, text, seed] of [
      ['enemy', request, '1'],
      ['enemy-too', `${request} ]]></script>`, '2'],
      ['friend', 'script img onerror', '1'],
      ['friend-too', 'script img onerror again', '2'],
    ] as const)
      await shown.json(['run', '--rehearse', '--team', team, '--seed', seed, ...PATTERN, text]);
    const { page, clean, asked } = await open(`${shown.url}/compare/enemy/enemy-too`);
    const twin = (await open(`${shown.url}/compare/friend/friend-too`)).page;
    for (const one of [page, twin]) {
      await one.getByRole('region', { name: 'The first difference' }).waitFor();
      await one.getByRole('checkbox').first().check();
      await settled(one);
    }
    expect(await page.getByText('<script>').count()).toBeGreaterThan(0);
    // Two pairs of teams differ in other places: how many links there are is their own, where they lead is not.
    const [seen, twinSeen] = [await look(page), await look(twin)];
    harmless(seen, { ...twinSeen, able: { ...twinSeen.able, a: seen.able['a'] ?? 0 } });
    const hrefs = await page
      .locator('a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    for (const href of hrefs) expect(href).toMatch(/^(\/(?!\/)|#)/);
    expect(asked).toEqual([]);
    clean();
  });

  it('stays in its file when it is exported', async () => {
    const files = [ODD, TWIN].map((team) => join(shown.folder, `${team}.html`));
    await shown.horde(['export', ODD]);
    await shown.horde(['export', TWIN]);
    const [url, twinUrl] = files.map((file) => pathToFileURL(file).href);
    const { page, clean, asked } = await open(url!, 'file:');
    const twin = (await open(twinUrl!, 'file:')).page;
    await Promise.all([readAll(page), readAll(twin)]);
    for (const panel of PANELS) {
      await Promise.all([showPanel(page, panel), showPanel(twin, panel)]);
      const head = await headOf(page);
      for (const at of [0, Math.floor(head / 2), head - 7, head - 1, head]) {
        expect(await pace(page, at)).toBeLessThan(STUCK_MS);
        await goTo(twin, at);
        await Promise.all([settled(page), settled(twin)]);
        harmless(await look(page), await look(twin));
      }
    }
    expect(asked).toEqual([]);
    clean();
  }, 180_000);
});

describe('a very long text', () => {
  it('is shown in part, and more of it without the page growing', async () => {
    const { page, clean } = await open(shown.teamUrl(ODD));
    await readAll(page);
    for (const [index, { data }] of twins.hostile.entries()) {
      if (typeof data['text'] !== 'string' || data['text'].length < 50_000) continue;
      await goTo(page, index);
      await settled(page);
      const panel = page.getByRole('region', { name: 'Selected event' });
      const more = panel.getByRole('button', { name: /^Show / }).first();
      await more.click();
      await settled(page);
      harmless(await look(page));
      expect(await pace(page, index - 1)).toBeLessThan(STUCK_MS);
    }
    clean();
  });
});

describe('an event that nobody knows', () => {
  it('is shown with the reason why it is not understood', async () => {
    const team = 'stranger';
    const [formed] = twins.harmless;
    const foreign = (type: string, version: number) =>
      written({ ...formed!, type, version, data: { text: '<script>' } });
    await (await shown.store()).append(
      teamStream(teamId(team)),
      [
        written({ ...formed!, data: { ...formed!.data, team } }),
        foreign('<b>.odd', 1),
        foreign('team.formed', 99),
      ],
      -1,
    );
    const { page, clean } = await open(shown.teamUrl(team));
    await readAll(page);
    for (const [at, why] of [
      [1, /is not known here/],
      [2, /has version 99/],
    ] as const) {
      await goTo(page, at);
      const panel = page.getByRole('region', { name: 'Selected event' });
      await panel.getByText(why).first().waitFor();
      for (const name of PANELS) await showPanel(page, name);
      harmless(await look(page));
    }
    clean();
  });
});

/** Unfolds what is folded in the panel of the event, some levels deep. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const panel = document.querySelector('.right')!;
    for (const details of panel.querySelectorAll('details')) details.open = true;
    for (let level = 0; level < 3; level++) {
      const folded = panel.querySelectorAll<HTMLElement>('[aria-expanded="false"]');
      for (const fold of [...folded].slice(0, 20)) fold.click();
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
}
