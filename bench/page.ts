/**
 * The page in a real Chromium: how soon one sees something, how fluid it is, how late what comes is shown.
 *   npm run bench:page -- [--events N] [--rounds N]
 *
 * A team of `--events` events is written to a new store, `horde ui` serves it from the built package, and a browser of its
 * own opens it `--rounds` times. Times are the browser's own; a step counts from the input to the end of the frame that
 * shows it. Needs `npm run build` and a Chromium (CHROMIUM_PATH names another).
 */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import type { RecordedEvent } from '../src/events/event.ts';
import { openBrowser, watch } from '../test/browser/browser.ts';
import { type ShownStore, showStore } from '../test/browser/shown-store.ts';
import { PANELS, readAll, settled } from '../test/browser/team-screen.ts';
import { appendTeam, longTeam, written } from '../test/visualizer/long-team.ts';
import { median } from './round-robin.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
  },
});
const [count, rounds] = [Number(values.events), Number(values.rounds)];
const TEAM = 'long';
/** Steps of one round on one panel. */
const STEPS = 60;
const APPENDS = 20;

interface Row {
  name: string;
  /** Medians over the rounds. */
  told: string;
  measured: number;
  most?: number;
  unit: string;
}

const rows: Row[] = [];
const put = (name: string, measured: number, unit: string, most?: number, told = ''): void => {
  rows.push({ name, measured, unit, told, ...(most === undefined ? {} : { most }) });
};

const share = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)]!;
const ranked = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

async function look(of: Browser, own: string): Promise<Page> {
  const { page } = await watch(of, own);
  // What runs a script of TypeScript names its functions so; what of them runs in the page must find it there.
  await page.addInitScript('globalThis.__name = (value) => value');
  return page;
}

/** From the beginning of the navigation. Every round has a cache of its own, that is none. */
async function measureOpening(of: Browser, { origin, teamUrl }: ShownStore): Promise<void> {
  const useful: number[] = [];
  const whole: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const page = await look(of, origin);
    await page.addInitScript(() => {
      const seen: { useful?: number; whole?: number } = {};
      Object.assign(window, { seen });
      const look = () => {
        const states = document.querySelectorAll('.actor-strip-actor .state');
        const isUseful = document.querySelector('.timeline-row') && states.length > 0;
        const bar = document.querySelector('.team-bar');
        const isWhole = isUseful && bar && !bar.textContent?.includes('reading');
        // After the frame in which it stands.
        const note = (name: 'useful' | 'whole') => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            seen[name] ??= performance.now();
          };
          port2.postMessage('');
        };
        if (isUseful && seen.useful === undefined) note('useful');
        if (isWhole) note('whole');
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(teamUrl(TEAM));
    await readAll(page);
    await page.waitForFunction(() => (window as any).seen.whole !== undefined);
    const seen = await page.evaluate(() => (window as any).seen);
    await page.context().close();
    // The first round warms server and disk.
    if (round < 0) continue;
    useful.push(seen.useful);
    whole.push(seen.whole);
  }
  const most = (times: readonly number[]) => `slowest ${Math.round(Math.max(...times))}`;
  put('first useful paint', median(useful), 'ms', 1000, most(useful));
  put(
    `all ${events.length.toLocaleString('en')} events there`,
    median(whole),
    'ms',
    undefined,
    most(whole),
  );
}

async function measureSteps(of: Browser, { origin, teamUrl }: ShownStore): Promise<void> {
  const page = await look(of, origin);
  await page.goto(teamUrl(TEAM));
  await readAll(page);
  for (const panel of PANELS) {
    await page.getByRole('tab', { name: panel }).click();
    await settled(page);
    // Warm: each projection is folded once, when it is first asked for.
    await stepTimes(page, 10, 'anywhere');
    for (const way of ['next', 'anywhere'] as const) {
      const halves: number[] = [];
      const tails: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const times = ranked(await stepTimes(page, STEPS, way));
        halves.push(share(times, 0.5));
        tails.push(share(times, 0.95));
      }
      const words = way === 'next' ? 'a step' : 'a jump anywhere';
      const told = `half of them within ${median(halves).toFixed(1)}`;
      put(`${panel}: ${words}, 95 of 100`, median(tails), 'ms', 50, told);
    }
    const frames = ranked(await dragFrames(page));
    const told = `half of them within ${share(frames, 0.5).toFixed(1)}, longest ${frames.at(-1)!.toFixed(0)}`;
    put(`${panel}: dragging, 95 of 100 frames`, share(frames, 0.95), 'ms', 50, told);
  }
  await page.context().close();
}

/** From the input to the end of the frame that shows it. */
const stepTimes = (page: Page, steps: number, way: 'next' | 'anywhere'): Promise<number[]> =>
  page.evaluate(
    async ([many, how]) => {
      const range = document.querySelector<HTMLInputElement>('.scrubber-range')!;
      const last = Number(range.max);
      const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
      const times: number[] = [];
      let at = Math.floor(last / 3);
      for (let step = 0; step < many; step++) {
        at = how === 'next' ? (at + 1) % last : (at * 7919 + 104_729) % last;
        await new Promise((next) => setTimeout(next, 30));
        const begun = performance.now();
        setter.call(range, String(at));
        range.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise<void>((painted) =>
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => painted();
            port2.postMessage('');
          }),
        );
        times.push(performance.now() - begun);
      }
      return times;
    },
    [steps, way] as const,
  );

/** Two seconds of dragging over the whole team and back, an input a frame: the time from frame to frame. */
const dragFrames = (page: Page): Promise<number[]> =>
  page.evaluate(async () => {
    const range = document.querySelector<HTMLInputElement>('.scrubber-range')!;
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
    const times: number[] = [];
    let last = await new Promise<number>(requestAnimationFrame);
    for (let frame = 0; frame < 120; frame++) {
      const part = Math.sin((frame / 120) * Math.PI);
      setter.call(range, String(Math.round(Number(range.max) * part)));
      range.dispatchEvent(new Event('input', { bubbles: true }));
      const now = await new Promise<number>(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times;
  });

/** From the append, by another process than the one that serves, to the row in the document. */
async function measureLive(of: Browser, site: ShownStore): Promise<void> {
  const page = await look(of, site.origin);
  await page.goto(site.teamUrl(TEAM));
  await readAll(page);
  await page.getByRole('button', { name: /^show the runtime/ }).click();
  await settled(page);
  await page.evaluate(() => {
    const at: Record<string, number> = {};
    Object.assign(window, { at });
    const look = () => {
      for (const row of document.querySelectorAll<HTMLElement>('.timeline-row'))
        at[row.dataset['revision']!] ??= Date.now();
    };
    new MutationObserver(look).observe(document.querySelector('.timeline-rows')!, {
      subtree: true,
      childList: true,
      attributes: true,
    });
  });
  const store = await site.store();
  const delays: number[] = [];
  let head = events.length - 1;
  for (let append = 0; append < APPENDS; append++) {
    const event = events.find(({ type }) => type === 'message.sent') ?? events.at(-1)!;
    const meta = { ...event.meta, turn: events.at(-1)!.meta.turn + append + 1, at: Date.now() };
    const begun = Date.now();
    await store.append(event.stream, [written({ ...event, meta })], head);
    head++;
    await page.waitForFunction((revision) => (window as any).at[revision] !== undefined, head);
    delays.push((await page.evaluate((revision) => (window as any).at[revision], head)) - begun);
  }
  const sorted = ranked(delays);
  const told = `half of them within ${share(sorted, 0.5)}, slowest ${sorted.at(-1)}`;
  put('append to row in the document, 95 of 100', share(sorted, 0.95), 'ms', 200, told);
  await page.context().close();
}

function measureSize(): void {
  const folder = new URL('../dist/visualizer/page/', import.meta.url);
  const parts = ['page.js', 'page.css'].map((name) => readFileSync(new URL(name, folder)));
  const sum = (of: (part: Buffer) => { length: number }) =>
    parts.reduce((bytes, part) => bytes + of(part).length, 0) / 1000;
  const told = `${sum(brotliCompressSync).toFixed(0)} with brotli, ${sum((part) => part).toFixed(0)} as they are`;
  put(
    'script and style, gzip',
    sum((part) => gzipSync(part)),
    'kB',
    400,
    told,
  );
}

function print(chromium: string, loadBefore: readonly number[]): void {
  const [cpu] = os.cpus();
  const load = (of: readonly number[]) => of.map((one) => one.toFixed(1)).join(' ');
  console.log(
    `${new Date().toISOString()}  ${os.cpus().length} x ${cpu?.model ?? 'cpu'}, Node ${process.version}, ` +
      `Chromium ${chromium}, ${rounds} rounds, load before ${load(loadBefore)}, after ${load(os.loadavg())}\n`,
  );
  console.log('| measure | figure | wanted | | |\n| --- | ---: | ---: | --- | --- |');
  for (const { name, measured, unit, most, told } of rows) {
    const wanted = most === undefined ? '' : `at most ${most} ${unit}`;
    const verdict = most === undefined ? '' : measured <= most ? 'reached' : '**not reached**';
    console.log(
      `| ${name} | ${measured.toFixed(measured < 100 ? 1 : 0)} ${unit} | ${wanted} | ${verdict} | ${told} |`,
    );
  }
}

const loadBefore = os.loadavg();
const browser = await openBrowser();
const version = browser.version();
let events: RecordedEvent[] = [];
const shown = await showStore(async (store) => {
  await store.rehearse('short', 'review-loop', 1);
  events = longTeam(await store.events('short'), count, TEAM);
  await appendTeam(await store.store(), events);
});
try {
  await measureOpening(browser, shown);
  await measureSteps(browser, shown);
  await measureLive(browser, shown);
  measureSize();
} finally {
  await browser.close();
  await shown.close();
}
print(version, loadBefore);
