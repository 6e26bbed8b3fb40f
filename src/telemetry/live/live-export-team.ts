/**
 * One team in a live export: a cursor over its stream. What it has read and nobody has taken yet is its one batch.
 */

import type { RawEvent, RecordedEvent } from '../../events/event.ts';
import type { StreamName } from '../../events/ids.ts';
import { type EventCatalog, UnreadableEvent } from '../../events/known-events.ts';
import { type EventStore, pages } from '../../events/store.ts';
import { type OtlpBatch, TeamBatches, type Telling } from '../otlp/otlp-batch.ts';
import { ExportFailure, type OtlpSignal, type SendOptions } from '../otlp/otlp-collector.ts';
import type { Sending } from '../otlp/otlp-export.ts';

export interface LiveSite {
  store: EventStore;
  catalog: EventCatalog;
  telling: Telling;
  delivery: Sending;
  /** Names the collector: what it has been told is kept under it. */
  mark: string;
  /** Spans or records of one batch. */
  atOnce: number;
}

/** Raw events of one read: many enough to be quick, few enough to be held. */
const READ_AT_ONCE = 256;

export class LiveTeam {
  /** Taken so far. */
  spans = 0;
  records = 0;
  private batches: TeamBatches | undefined;
  private next = 0;
  /** Up to here it was told before, by whoever led the team then. */
  private told = -1;
  private pending: { batch: OtlpBatch; signals: Set<OtlpSignal>; upTo: number } | undefined;

  constructor(
    private readonly stream: StreamName,
    private readonly site: LiveSite,
  ) {}

  /**
   * Tells all there is by now. Throws what kept a batch from being taken; it is offered again next time.
   * Gives back what was refused for good, if anything: it is passed over.
   */
  async pump(options: SendOptions): Promise<ExportFailure | undefined> {
    this.batches ??= await this.opened();
    let refused: ExportFailure | undefined;
    for (;;) {
      this.pending ??= await this.filled(this.batches);
      if (!this.pending) return refused;
      const { batch, signals, upTo } = this.pending;
      const refusal = await this.deliver(batch, signals, options);
      this.pending = undefined;
      refused ??= refusal;
      if (!refusal) {
        this.spans += batch.spans.length;
        this.records += batch.records.length;
      }
      await this.site.store.readModels?.save(this.markName, upTo, '{}');
    }
  }

  private async deliver(
    batch: OtlpBatch,
    signals: Set<OtlpSignal>,
    options: SendOptions,
  ): Promise<ExportFailure | undefined> {
    let refusal: ExportFailure | undefined;
    while (signals.size > 0) {
      try {
        await this.site.delivery.deliver(batch, signals, options);
      } catch (error) {
        if (!(error instanceof ExportFailure) || error.why === 'away') throw error;
        refusal ??= error;
        const [at] = signals;
        signals.delete(at!);
      }
    }
    return refusal;
  }

  private get markName(): string {
    return `otlp ${this.site.mark} ${this.stream}`;
  }

  private async filled(batches: TeamBatches) {
    const { store, atOnce, delivery } = this.site;
    for (;;) {
      const page = await store.read(this.stream, { from: this.next, limit: READ_AT_ONCE });
      for (const raw of page) {
        const event = this.decoded(raw);
        if (event) batches.hear(event);
        this.next = raw.revision + 1;
        if (raw.revision <= this.told) batches.take();
        if (batches.size >= atOnce) break;
      }
      if (page.length < READ_AT_ONCE || batches.size >= atOnce) break;
    }
    if (batches.size === 0) return undefined;
    return { batch: batches.take(), signals: new Set(delivery.signals), upTo: this.next - 1 };
  }

  /** What this program cannot read is passed over: the trace has a gap there, the run has none. */
  private decoded(raw: RawEvent): RecordedEvent | undefined {
    try {
      return this.site.catalog.decode(raw);
    } catch (error) {
      if (error instanceof UnreadableEvent) return undefined;
      throw error;
    }
  }

  /** A fork goes by the name that it took last, from its first event on: so the past is looked through for it. */
  private async opened(): Promise<TeamBatches> {
    let forkedAs: RawEvent | undefined;
    let leaders = 0;
    let lastTook = 0;
    for await (const page of pages(this.site.store, this.stream)) {
      for (const raw of page) {
        if (raw.type === 'team.forked') {
          forkedAs = raw;
          leaders = 0;
        } else if (raw.type === 'leader.took') {
          leaders++;
          lastTook = raw.revision;
        }
      }
    }
    const { readModels } = this.site.store;
    if (readModels) this.told = (await readModels.load(this.markName))?.position ?? -1;
    // Without a note of it, what was before this leader has been the one before's to tell.
    else if (leaders > 1) this.told = lastTook - 1;
    return new TeamBatches(this.site.telling, forkedAs && this.decoded(forkedAs));
  }
}
