/**
 * A real Chromium, looking at a visualizer. What a page says on its console, and whom it asks beside its own server, is
 * gathered: a test ends with `clean()`.
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Watched {
  page: Page;
  /** No error on the console, nothing thrown, nobody else asked; but for what had to be said. */
  clean(expected?: RegExp): void;
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = [process.env['CHROMIUM_PATH'], ...PATHS].find(
    (path) => path && existsSync(path),
  );
  if (!executablePath)
    throw new Error(
      'there is no Chromium: install one (Debian: apt-get install chromium) or name it in CHROMIUM_PATH',
    );
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface Screen {
  width?: number;
  height?: number;
  dark?: boolean;
}

/** A page of a laptop's size. `own` is where everything must come from. */
export async function watch(browser: Browser, own: string, screen: Screen = {}): Promise<Watched> {
  const { width = 1440, height = 900, dark = false } = screen;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(own) && !url.startsWith('data:') && !url.startsWith('blob:'))
      said.push(`asked ${url}`);
  });
  const clean = (expected?: RegExp) =>
    expect(said.filter((line) => !expected?.test(line))).toEqual([]);
  return { page, clean };
}
