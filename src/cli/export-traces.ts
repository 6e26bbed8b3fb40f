/** `horde export-traces`: the trace and metrics of a team by OTLP, live or long after its end. */
import { conventionsOf, ExportFailure, exportsTraces, exportTeam } from '../actors/otlp-export.ts';
import type { TeamHandle } from '../actors/team-handle.ts';
import type { RecordedEvent } from '../events/event.ts';
import { traceSpans } from '../projections/trace-spans.ts';
import { BadUsage, EXIT } from './bad-usage.ts';
import type { Output } from './output.ts';
import { type ReadingOptions, reading } from './reading.ts';

export interface ExportOptions extends ReadingOptions {
  endpoint?: string;
  print?: boolean;
}

export const exportTraces = (name: string, options: ExportOptions): Promise<number> =>
  reading(name, options, async ({ team, output }) => {
    const { endpoint, print } = options;
    const env = endpoint ? { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } : process.env;
    const events = await eventsOf(team);
    if (print) {
      for (const span of traceSpans(events, conventionsOf(env)))
        output.line(
          () => JSON.stringify(span),
          () => span,
        );
      return EXIT.done;
    }
    if (!exportsTraces(env))
      throw new BadUsage(
        'nobody is named to export to: set OTEL_EXPORTER_OTLP_ENDPOINT, give --endpoint URL, or print with --print',
      );
    try {
      const { spans, endpoints } = await exportTeam(events, env);
      output.result(
        () => `${spans} spans of team ${team.id} sent to ${endpoints.join(' and ')}`,
        () => ({ team: team.id, spans, endpoints }),
      );
      return EXIT.done;
    } catch (error) {
      if (!(error instanceof ExportFailure)) throw error;
      output.note(`horde: ${error.message}`);
      return EXIT.failed;
    }
  });

/** At the end of a run, when the environment says where to. A collector that is away is no failure of the run. */
export async function exportAtEnd(team: TeamHandle, output: Output): Promise<void> {
  try {
    const { spans, endpoints } = await exportTeam(await eventsOf(team));
    output.note(`${spans} spans sent to ${endpoints.join(' and ')}`);
  } catch (error) {
    output.note(`the trace was not sent: ${(error as Error).message}`);
  }
}

async function eventsOf(team: TeamHandle): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of team.events()) events.push(event);
  return events;
}
