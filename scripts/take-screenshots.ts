/** `npm run screenshots`: the pictures of the README, taken of teams that are rehearsed for it, by a real Chromium. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openBrowser, type Screen, watch } from '../test/browser/browser.ts';
import { type ShownStore, showStore } from '../test/browser/shown-store.ts';

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url));
const LAPTOP = { width: 1440, height: 900 };

interface Picture {
  name: string;
  url(shown: ShownStore): string;
  /** What must be on the screen first, as a selector. */
  await: string;
  screen?: Screen;
}

const pictures: readonly Picture[] = [
  {
    name: 'statecharts',
    url: (shown) => shown.teamUrl('rate-limiter', 'at=60'),
    await: '.chart-view .is-taken',
  },
  {
    name: 'messages',
    url: (shown) => shown.teamUrl('rate-limiter', 'panel=messages'),
    await: '.messages-minds',
    screen: { dark: true },
  },
  {
    name: 'budget',
    url: (shown) => shown.teamUrl('storage-debate', 'at=70&panel=budget'),
    await: '.burn-down, .budget-agents',
  },
  {
    name: 'compare',
    url: (shown) => `${shown.url}/compare/rate-limiter/rate-limiter-again`,
    await: '.compare-first',
  },
  { name: 'teams', url: (shown) => shown.url, await: 'tbody tr' },
];

mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
const shown = await showStore(async ({ rehearse, horde }) => {
  await rehearse('rate-limiter', 'review-loop', 1);
  await rehearse('rate-limiter-again', 'review-loop', 7);
  await horde([
    ...['run', '--rehearse', '--seed', '2', '--team', 'storage-debate', '--budget-tokens', '60000'],
    'Debate whether our event store should be PostgreSQL or DynamoDB, and have a judge decide',
  ]);
  await rehearse('caching', 'consensus-deliberation', 5);
  await rehearse('contract', 'contract-first-negotiation', 3);
});
try {
  for (const { name, url, await: wanted, screen } of pictures) {
    const { page, clean } = await watch(browser, shown.origin, { ...LAPTOP, ...screen });
    await page.goto(url(shown));
    await page.locator(wanted).first().waitFor();
    // Charts below the first are drawn when they come into view.
    await page.waitForLoadState('networkidle').catch(() => {});
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${folder}${name}.png` });
    clean();
    await page.context().close();
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
  await shown.close();
}
