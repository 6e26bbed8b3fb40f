/** `horde ui`: the page that draws the machines of all teams and scrubs streams, on this machine, until it is interrupted. */
import { BadUsage, EXIT } from '../bad-usage.ts';
import { type Command, type CommandCall, option } from '../command.ts';
import { PORT } from '../options.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { leadingSession } from '../session.ts';
import { aborted } from '../shell.ts';
import { openStoreOption, storeUrl } from '../store-option.ts';

export interface UiOptions extends PageOptions {
  store?: string;
}

export default {
  options: [PORT, option('--open', "open it in this person's browser")],
  action: ui,
} satisfies Command<[], UiOptions>;

async function ui(call: CommandCall<[], UiOptions>): Promise<number> {
  const { shell, output, options } = call;
  if (storeUrl(shell, options.store) === 'memory:')
    throw new BadUsage(
      'memory: is forgotten with the process that fills it, so there is nothing to show: use "horde run --ui", or another --store',
    );
  const store = await openStoreOption(shell, options.store, true);
  try {
    let page: Page | undefined;
    // Nobody sits at a terminal for the teams that are forked from the page.
    const quiet = { ...call, output: { ...output, terminal: false } };
    const { runtime } = await leadingSession(quiet, store, (team, actor, text) =>
      page?.spoken(team, actor, text),
    );
    page = await openPage(call, runtime, options);
    const { url } = page;
    output.line(
      () => url,
      () => ({ url }),
    );
    output.note(`showing ${store.url}; Ctrl-C ends it, and touches no team that is led elsewhere`);
    await aborted(shell.interruption());
    await page.close();
    await runtime.close();
    return EXIT.done;
  } finally {
    await store.close();
  }
}
