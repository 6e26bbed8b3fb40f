/** `horde metrics`: what a team used, and how it went. */

import { metrics as projection } from '../../projections/metrics/metrics.ts';
import { renderMetrics, summarizeMetrics } from '../../projections/metrics/metrics-summary.ts';
import type { Command } from '../command.ts';
import { AT } from '../options.ts';
import { type PastOptions, reading, turnEnd } from '../reading.ts';
import { harmless } from '../terminal-text.ts';

export default {
  options: [AT],
  action: (call) =>
    reading(call, async (site) => {
      const at = await turnEnd(site, call.options.at);
      const shown = summarizeMetrics(
        await site.team.view(projection, at === undefined ? {} : { at }),
      );
      site.output.result(
        () => harmless(renderMetrics(shown)),
        () => shown,
      );
      return 0;
    }),
} satisfies Command<[team: string], PastOptions>;
