/** `horde board`: tasks and artifacts of a team. */

import { board as projection } from '../../projections/board/board.ts';
import { renderBoard } from '../../projections/board/board-text.ts';
import type { Command } from '../command.ts';
import { AT } from '../options.ts';
import { type PastOptions, reading, turnEnd } from '../reading.ts';
import { harmless } from '../terminal-text.ts';

export default {
  options: [AT],
  action: (call) =>
    reading(call, async (site) => {
      const at = await turnEnd(site, call.options.at);
      const shown = await site.team.view(projection, at === undefined ? {} : { at });
      site.output.result(
        () => harmless(renderBoard(shown) || 'the board is empty'),
        () => shown,
      );
      return 0;
    }),
} satisfies Command<[team: string], PastOptions>;
