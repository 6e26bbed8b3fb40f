/** The page of the visualizer, served over a store for as long as a command wants it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../actors/runtime.ts';
import { createVisualizer } from '../visualizer/server/server.ts';
import { BadUsage } from './bad-usage.ts';
import type { Site } from './command.ts';
import { measuring } from './measuring.ts';
import type { Output } from './output.ts';
import { uiHands } from './ui-hands.ts';

export interface PageOptions {
  port?: number;
  /** In this person's browser. */
  open?: boolean;
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
  site: Site,
  runtime: Runtime,
  { port, open = false }: PageOptions,
): Promise<Page> {
  const { shell, output } = site;
  const hands = uiHands(site, runtime);
  const visualizer = await createVisualizer({
    runtime,
    port,
    hands,
    measuring: (labels) => measuring(shell, labels),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'listen') throw error;
    throw new BadUsage(`--port ${port}: ${error.code}; take another, or leave it away`);
  });
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
