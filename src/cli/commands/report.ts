/** `horde report`: the layered report of a team. */
import { report as projection, reportFrom } from '../../projections/report/report.ts';
import { renderReport } from '../../projections/report/report-markdown.ts';
import { harmless } from '../output.ts';
import { type ReadingOptions, reading } from '../reading.ts';

export const report = (name: string, options: ReadingOptions): Promise<number> =>
  reading(name, options, async ({ team, output }) => {
    const told = reportFrom(await team.view(projection));
    output.result(
      () => harmless(renderReport(told)),
      () => told,
    );
    return 0;
  });
