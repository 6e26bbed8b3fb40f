/**
 * Export of a team's trace, metrics and log records after the fact. It reads the log and is no part of a run: what
 * cannot be exported now can be exported from the log later.
 */
import type { RecordedEvent } from '../../events/event.ts';
import { forkedAs } from '../spans/trace-spans.ts';
import { bodyOf, type OtlpBatch, TeamBatches, type Telling, tellingOf } from './otlp-batch.ts';
import {
  type Collector,
  collectorOf,
  type Environment,
  ExportFailure,
  type OtlpSignal,
  type SendOptions,
} from './otlp-collector.ts';

interface Export {
  spans: number;
  records: number;
  /** Where to, without credentials. */
  endpoints: string[];
  /** What the collector does not take, and why. */
  refused: string[];
}

/** Spans or records of one request; a collector takes a few megabytes. */
export const AT_ONCE = 512;

/** Whether the environment says where telemetry goes. */
export const exportsTelemetry = (env: Environment = process.env): boolean =>
  collectorOf(env) !== undefined;

/** Sends all there is of a stream. Throws `ExportFailure`. */
export async function exportTeam(
  events: readonly RecordedEvent[],
  env: Environment = process.env,
): Promise<Export> {
  const collector = collectorOf(env);
  const told: Export = { spans: 0, records: 0, endpoints: [], refused: [] };
  if (!collector) return told;
  const telling = tellingOf(env);
  const delivery = new Sending(collector, telling);
  const batches = new TeamBatches(telling, forkedAs(events));
  const deliver = async () => {
    const batch = batches.take();
    await delivery.deliver(batch, new Set(delivery.signals));
    told.spans += batch.spans.length;
    told.records += batch.records.length;
  };
  for (const event of events) {
    batches.hear(event);
    if (batches.size >= AT_ONCE) await deliver();
  }
  batches.cut();
  await deliver();
  return { ...told, endpoints: delivery.endpoints, refused: delivery.refused };
}

/** Hands batches to a collector, and learns which signals it knows nothing of. */
export class Sending {
  private readonly reached = new Set<OtlpSignal>();
  private readonly unknown = new Map<OtlpSignal, string>();

  constructor(
    private readonly collector: Collector,
    private readonly telling: Telling,
  ) {}

  get signals(): readonly OtlpSignal[] {
    return this.collector.signals;
  }

  /**
   * Sends a batch to the endpoints of `signals`, and takes out of the set what has been taken or never will be.
   * Throws the first `ExportFailure` of what may be taken later, or what was refused.
   */
  async deliver(batch: OtlpBatch, signals: Set<OtlpSignal>, options?: SendOptions): Promise<void> {
    for (const signal of signals) {
      const body = this.unknown.has(signal) ? undefined : bodyOf(signal, batch, this.telling);
      if (body) await this.send(signal, body, options);
      signals.delete(signal);
    }
  }

  private async send(signal: OtlpSignal, body: object, options?: SendOptions): Promise<void> {
    try {
      await this.collector.send(signal, body, options);
      this.reached.add(signal);
    } catch (error) {
      // A collector of traces alone is a collector; without traces it is a wrong address.
      const isAside = signal !== 'traces' && this.collector.signals.includes('traces');
      if (!(error instanceof ExportFailure) || error.why !== 'unknown' || !isAside) throw error;
      this.unknown.set(signal, error.message);
    }
  }

  get endpoints(): string[] {
    return this.signals
      .filter((signal) => this.reached.has(signal))
      .map((signal) => this.collector.shown(signal));
  }

  get refused(): string[] {
    return [...this.unknown].map(
      ([signal]) => `${this.collector.shown(signal)} knows nothing of ${signal}`,
    );
  }
}
