/**
 * Export of a team, and of all its child teams, while it works: spans are sent as they end, in batches, every few
 * seconds or when there are many. It reads the store as any observer does; the run knows nothing of it.
 *
 * Invariants
 * 1. A collector that is slow or away never holds up the run, and costs no more memory than one batch a team:
 *    nothing more is read from a stream until what was read has been taken.
 * 2. No span is sent twice, not by this process and, where the store keeps read models, not by a later one: the last
 *    revision that was told in full is kept there. (A process that dies between the two tells one batch again.)
 * 3. What was not taken is offered once more at the end, for at most as long as one request may take; what is left
 *    then stands in the log, and is said.
 */

import { TeamTree } from '../../actors/children/team-tree.ts';
import { type Clock, systemClock } from '../../actors/clock.ts';
import type { RawEvent } from '../../events/event.ts';
import type { StreamName, TeamId } from '../../events/ids.ts';
import { createCatalog, type EventCatalog } from '../../events/known-events.ts';
import type { EventStore, Subscription } from '../../events/store.ts';
import { vocabulary } from '../../events/words/index.ts';
import { tellingOf } from '../otlp/otlp-batch.ts';
import { collectorOf, type Environment, timeoutOf } from '../otlp/otlp-collector.ts';
import { AT_ONCE, Sending } from '../otlp/otlp-export.ts';
import { type LiveSite, LiveTeam } from './live-export-team.ts';

export interface LiveExportOptions {
  store: EventStore;
  team: TeamId;
  env?: Environment;
  clock?: Clock;
  /** Knows the events of a user's own machines; default: the horde's own. */
  catalog?: EventCatalog;
  /** The collector has not taken something; told once until it takes something again. */
  onTrouble?(error: Error): void;
}

export interface LiveExported {
  spans: number;
  records: number;
  endpoints: string[];
  /** What the collector does not take. */
  refused: string[];
  /** Why not everything was taken; undefined when it was. */
  unsent: string | undefined;
}

export interface LiveExport {
  /** Sends what is left. Never rejects. */
  end(): Promise<LiveExported>;
}

/** How often what has ended is sent, milliseconds, unless `OTEL_BSP_SCHEDULE_DELAY` says otherwise. */
const EVERY_MS = 5_000;

/** Undefined when the environment names no collector. */
export function startLiveExport(options: LiveExportOptions): LiveExport | undefined {
  const env = options.env ?? process.env;
  const collector = collectorOf(env);
  if (!collector) return undefined;
  const telling = tellingOf(env);
  const left = new AbortController();
  const most = Number(env['OTEL_BSP_MAX_EXPORT_BATCH_SIZE']);
  const every = Number(env['OTEL_BSP_SCHEDULE_DELAY']);
  return new FamilyExport(options, {
    store: options.store,
    catalog: options.catalog ?? createCatalog(vocabulary),
    telling,
    delivery: new Sending(collector, telling),
    mark: collector.fingerprint,
    atOnce: most > 0 ? Math.min(most, AT_ONCE) : AT_ONCE,
    left,
    everyMs: every > 0 ? every : EVERY_MS,
    patienceMs: Math.max(...collector.signals.map((signal) => timeoutOf(signal, env))),
  });
}

interface FamilySite extends LiveSite {
  left: AbortController;
  everyMs: number;
  patienceMs: number;
}

class FamilyExport implements LiveExport {
  private readonly teams = new Map<StreamName, LiveTeam>();
  private readonly clock: Clock;
  private readonly family: TeamTree;
  private subscription: Subscription | undefined;
  private unwake: (() => void) | undefined;
  private pumping: Promise<void> | undefined;
  private waiting = 0;
  private trouble: Error | undefined;
  /** What was refused for good first. */
  private lost: Error | undefined;
  private ending = false;

  constructor(
    private readonly options: LiveExportOptions,
    private readonly site: FamilySite,
  ) {
    this.clock = options.clock ?? systemClock;
    this.family = new TeamTree(site.store, options.team);
    this.subscription = site.store.subscribe({
      prefix: this.family.prefix,
      after: 'end',
      onEvents: (events) => this.count(events),
      onError: (error) => this.troubled(error),
    });
    void this.family.find().catch((error: Error) => this.troubled(error));
    this.pumpLater();
  }

  private count(events: readonly RawEvent[]): void {
    for (const event of events) if (this.family.holds(event)) this.waiting++;
    // While the collector is away the clock alone decides when it is asked again.
    if (this.waiting >= this.site.atOnce && !this.trouble) void this.pump();
  }

  private pumpLater(): void {
    if (this.ending) return;
    this.unwake?.();
    this.unwake = this.clock.wake(this.clock.now() + this.site.everyMs, () => void this.pump());
  }

  /** One at a time: whoever asks meanwhile waits for the one that is under way. */
  private pump(tries = 1): Promise<void> {
    this.waiting = 0;
    this.pumping ??= this.pumpAll(tries).finally(() => {
      this.pumping = undefined;
      this.pumpLater();
    });
    return this.pumping;
  }

  private async pumpAll(tries: number): Promise<void> {
    let refused: Error | undefined;
    for (const stream of this.family.streams) {
      const team = this.teams.get(stream) ?? new LiveTeam(stream, this.site);
      this.teams.set(stream, team);
      try {
        refused = (await team.pump({ tries, signal: this.site.left.signal })) ?? refused;
      } catch (error) {
        // It is one collector for all: whoever comes next would wait for the same.
        return this.troubled(error as Error);
      }
    }
    this.lost ??= refused;
    if (refused) this.troubled(refused);
    else this.trouble = undefined;
  }

  private troubled(error: Error): void {
    if (!this.trouble) this.options.onTrouble?.(error);
    this.trouble = error;
  }

  async end(): Promise<LiveExported> {
    this.ending = true;
    this.unwake?.();
    this.subscription?.close();
    const patience = setTimeout(() => this.site.left.abort(), this.site.patienceMs);
    await this.pumping;
    await this.family.find().catch((error: Error) => this.troubled(error));
    await this.pump(LAST_TRIES);
    clearTimeout(patience);
    const teams = [...this.teams.values()];
    const { endpoints, refused } = this.site.delivery;
    return {
      spans: teams.reduce((sum, { spans }) => sum + spans, 0),
      records: teams.reduce((sum, { records }) => sum + records, 0),
      endpoints,
      refused,
      unsent: (this.trouble ?? this.lost)?.message,
    };
  }
}

const LAST_TRIES = 2;
