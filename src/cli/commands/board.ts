/** `horde board`: tasks and artifacts of a team. */
import { board as projection } from '../../projections/board/board.ts';
import { renderBoard } from '../../projections/board/board-text.ts';
import { harmless } from '../output.ts';
import { type PastOptions, reading, turnEnd } from '../reading.ts';

export const board = (name: string, options: PastOptions): Promise<number> =>
  reading(name, options, async (site) => {
    const at = await turnEnd(site, options.at);
    const shown = await site.team.view(projection, at === undefined ? {} : { at });
    site.output.result(
      () => harmless(renderBoard(shown) || 'the board is empty'),
      () => shown,
    );
    return 0;
  });
