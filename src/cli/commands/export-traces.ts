/** `horde export-traces`: the trace, the metrics and the log records of a team by OTLP, also long after its end. */

import type { TeamHandle } from '../../actors/team-handle.ts';
import type { RecordedEvent } from '../../events/event.ts';
import { logRecords } from '../../telemetry/otlp/log-records.ts';
import { tellingOf } from '../../telemetry/otlp/otlp-batch.ts';
import { ExportFailure } from '../../telemetry/otlp/otlp-collector.ts';
import { exportsTelemetry, exportTeam } from '../../telemetry/otlp/otlp-export.ts';
import { traceSpans } from '../../telemetry/spans/trace-spans.ts';
import { BadUsage, EXIT } from '../bad-usage.ts';
import { type Command, type CommandCall, option } from '../command.ts';
import { type ReadingOptions, reading } from '../reading.ts';

export interface ExportOptions extends ReadingOptions {
  endpoint?: string;
  print?: boolean;
  /** With `print`: the log records instead of the spans. */
  logs?: boolean;
}

export default {
  options: [
    option('--endpoint <url>', 'a collector (default: OTEL_EXPORTER_OTLP_ENDPOINT)'),
    option('--print', 'print the spans, one a line, instead of sending them'),
    option('--logs', 'with --print: the log records instead of the spans'),
  ],
  action: exportTraces,
} satisfies Command<[team: string], ExportOptions>;

function exportTraces(call: CommandCall<[team: string], ExportOptions>): Promise<number> {
  return reading(call, async ({ shell, team, output }) => {
    const { endpoint, print, logs } = call.options;
    if (logs && !print) throw new BadUsage('--logs says what to print: add --print');
    const env = { ...shell.env, ...(endpoint ? { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } : {}) };
    const events = await eventsOf(team);
    if (print) {
      const telling = tellingOf(env);
      const told = logs ? logRecords(events, telling) : traceSpans(events, telling.conventions);
      for (const one of told)
        output.line(
          () => JSON.stringify(one),
          () => one,
        );
      return EXIT.done;
    }
    if (!exportsTelemetry(env))
      throw new BadUsage(
        'nobody is named to export to: set OTEL_EXPORTER_OTLP_ENDPOINT, give --endpoint URL, or print with --print',
      );
    try {
      const sent = await exportTeam(events, env);
      for (const refusal of sent.refused) output.note(refusal);
      output.result(
        () =>
          `${sent.spans} spans and ${sent.records} log records of team ${team.id} sent to ${sent.endpoints.join(', ')}`,
        () => ({ team: team.id, ...sent }),
      );
      return EXIT.done;
    } catch (error) {
      if (!(error instanceof ExportFailure)) throw error;
      output.note(`horde: ${error.message}`);
      return EXIT.failed;
    }
  });
}

async function eventsOf(team: TeamHandle): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of team.events()) events.push(event);
  return events;
}
