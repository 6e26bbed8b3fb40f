/** `horde report`: the layered report of a team. */

import { report as projection, reportFrom } from '../../projections/report/report.ts';
import { renderReport } from '../../projections/report/report-markdown.ts';
import type { Command } from '../command.ts';
import { type ReadingOptions, reading } from '../reading.ts';
import { harmless } from '../terminal-text.ts';

export default {
  options: [],
  action: (call) =>
    reading(call, async ({ team, output }) => {
      const told = reportFrom(await team.view(projection));
      output.result(
        () => harmless(renderReport(told)),
        () => told,
      );
      return 0;
    }),
} satisfies Command<[team: string], ReadingOptions>;
