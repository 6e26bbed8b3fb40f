/** `horde metrics`: what a team used, and how it went. */
import { metrics as projection } from '../../projections/metrics/metrics.ts';
import { renderMetrics, summarizeMetrics } from '../../projections/metrics/metrics-summary.ts';
import { harmless } from '../output.ts';
import { type PastOptions, reading, turnEnd } from '../reading.ts';

export const metrics = (name: string, options: PastOptions): Promise<number> =>
  reading(name, options, async (site) => {
    const at = await turnEnd(site, options.at);
    const shown = summarizeMetrics(
      await site.team.view(projection, at === undefined ? {} : { at }),
    );
    site.output.result(
      () => harmless(renderMetrics(shown)),
      () => shown,
    );
    return 0;
  });
