/** `horde ui`: serves the page that draws machines and scrubs streams, on this machine, until it is interrupted. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../../actors/runtime.ts';
import { createVisualizer } from '../../visualizer/server/server.ts';
import { BadUsage, EXIT } from '../bad-usage.ts';
import { interrupted } from '../interruption.ts';
import { createOutput, type Output } from '../output.ts';
import { leadingSession } from '../session.ts';
import { openStoreOption, storeUrl } from '../store-option.ts';
import { uiHands } from '../ui-hands.ts';
import { measuring } from './what-if.ts';

export interface UiOptions {
  store?: string;
  json?: boolean;
  port?: number;
  open?: boolean;
}

export async function ui(options: UiOptions): Promise<number> {
  const output = createOutput(options.json ?? false);
  if (storeUrl(options.store) === 'memory:')
    throw new BadUsage(
      'memory: is forgotten with the process that fills it, so there is nothing to show: use "horde run --ui", or another --store',
    );
  const store = await openStoreOption(options.store, true);
  try {
    let page: Page | undefined;
    // Nobody sits at a terminal for the teams that are forked from the page.
    const quiet = { ...output, terminal: false };
    const { runtime } = await leadingSession(store, quiet, (team, actor, text) =>
      page?.spoken(team, actor, text),
    );
    page = await openPage(runtime, output, options);
    const { url } = page;
    output.line(
      () => url,
      () => ({ url }),
    );
    output.note(`showing ${store.url}; Ctrl-C ends it, and touches no team that is led elsewhere`);
    await interrupted();
    await page.close();
    await runtime.close();
    return EXIT.done;
  } finally {
    await store.close();
  }
}

export interface Page {
  /** With the token: for this person alone. */
  readonly url: string;
  /** The address of one team. */
  urlOf(team: string): string;
  spoken(team: string, actor: string, text: string): void;
  close(): Promise<void>;
}

/** Serves the page over a runtime, which stays the caller's to close. Throws `BadUsage` when the port is taken. */
export async function openPage(
  runtime: Runtime,
  output: Output,
  { port, open = false }: Pick<UiOptions, 'port' | 'open'>,
): Promise<Page> {
  const hands = uiHands(runtime, output);
  const visualizer = await createVisualizer({ runtime, port, hands, measuring }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.syscall !== 'listen') throw error;
      throw new BadUsage(`--port ${port}: ${error.code}; take another, or leave it away`);
    },
  );
  const forget = open ? openBrowser(visualizer.url, output) : () => {};
  return {
    url: visualizer.url,
    urlOf: (team) => `${visualizer.url}/team/${encodeURIComponent(team)}`,
    spoken: visualizer.spoken,
    async close() {
      forget();
      await visualizer.close();
      for (const team of hands.leading)
        output.note(`team ${team} was broken off; go on with: horde resume ${team}`);
    },
  };
}

/**
 * Opens the address in the person's browser, by way of a file that only this person can read: what stands in a
 * command can be seen by everyone on the machine, and the address holds the token.
 */
function openBrowser(url: string, output: Output): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'horde-ui-'));
  const file = join(folder, 'open.html');
  const body = `<!doctype html><meta http-equiv="refresh" content="0;url=${url}"><title>Golden Horde</title>\n`;
  writeFileSync(file, body, { mode: 0o600 });
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command!, [...args, file], { stdio: 'ignore', detached: true });
  child.on('error', () => output.note(`no browser could be opened; open the address yourself`));
  child.unref();
  return () => rmSync(folder, { recursive: true, force: true });
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
