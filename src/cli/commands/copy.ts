/** `horde copy`: teams from one store to another. */

import { inboxStream, teamId, teamStream } from '../../events/ids.ts';
import { NO_STREAM } from '../../events/store.ts';
import { CopyDifference, copyStreams } from '../../events/stores/copy.ts';
import { BadUsage, EXIT } from '../bad-usage.ts';
import { type Command, type CommandCall, option, required } from '../command.ts';
import { openStoreOption } from '../store-option.ts';
import { harmless } from '../terminal-text.ts';

export interface CopyOptions {
  from: string;
  to: string;
}

type CopyCall = CommandCall<[teams: string[]], CopyOptions>;

export default {
  namesItsStores: true,
  options: [
    required(option('--from <url>', 'the store to copy from')),
    required(option('--to <url>', 'the store to copy to')),
  ],
  action: copy,
} satisfies Command<CopyCall['words'], CopyOptions>;

async function copy({ shell, output, words: [teams], options }: CopyCall): Promise<number> {
  const from = await openStoreOption(shell, options.from, true);
  const to = await openStoreOption(shell, options.to);
  try {
    const wanted = new Set<string>();
    for (const name of teams) {
      const head = /^[\w.-]{1,100}$/.test(name)
        ? await from.head(teamStream(teamId(name)))
        : NO_STREAM;
      if (head === NO_STREAM)
        throw new BadUsage(`there is no team "${name.slice(0, 100)}" in ${from.url}`);
      wanted.add(teamStream(teamId(name))).add(inboxStream(teamId(name)));
    }
    const copied = await copyStreams({
      from,
      to,
      ...(teams.length > 0 ? { wanted: (stream) => wanted.has(stream) } : {}),
    });
    if (copied.passedOver > 0)
      output.note(
        harmless(
          `${copied.passedOver} events of other programs were passed over, first ${copied.firstPassedOver}`,
        ),
      );
    output.result(
      () =>
        `${copied.events} events copied to ${to.url}, ${copied.already} stood there already, ${copied.streams} streams`,
      () => copied,
    );
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof CopyDifference)) throw error;
    output.note(`horde: ${error.message}`);
    return EXIT.diverged;
  } finally {
    await from.close();
    await to.close();
  }
}
