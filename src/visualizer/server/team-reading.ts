/**
 * What a page may ask of a team, read from the store: shown events page by page, one event whole, what a model was
 * asked, the report.
 *
 * Invariants
 * 1. Nothing is written.
 * 2. An event that cannot be understood here is passed over by projections, counted, and shown as far as it can be read.
 */

import { Views } from '../../actors/lead/views.ts';
import type { Runtime } from '../../actors/runtime.ts';
import type { RawEvent, RecordedEvent } from '../../events/event.ts';
import { type TeamId, teamId, teamStream } from '../../events/ids.ts';
import { NO_STREAM, PAGE_MAX } from '../../events/store.ts';
import { conversation } from '../../projections/conversation/conversation.ts';
import { report, reportFrom } from '../../projections/report/report.ts';
import type { Report } from '../../projections/report/report-layers.ts';
import { knownThrough, modelCallOf, promptOf } from '../shared/prompt.ts';
import { storedEvent, storedShown } from '../shared/shown-event.ts';
import { type Prompt, recorded, type ShownEvent } from '../shared/wire.ts';
import { Refused } from './refusal.ts';

/** Events of one page: small enough that the first are soon there, and others have their turn. */
const PAGE = 1000;
/** Teams whose conversation is kept folded. */
const VIEWS_MAX = 4;

export class TeamReading {
  private readonly views = new Map<TeamId, Views>();

  constructor(readonly runtime: Runtime) {}

  /** Throws `Refused` for a name that is none, and for a team that is not there. */
  async known(text: string): Promise<TeamId> {
    try {
      const id = teamId(text);
      if ((await this.runtime.store.head(teamStream(id))) !== NO_STREAM) return id;
    } catch (error) {
      if (error instanceof RangeError) throw new Refused(400, error.message);
      throw error;
    }
    throw new Refused(404, `there is no team "${text}" in ${this.runtime.store.url}`);
  }

  /** What is recorded from a revision on, as a timeline shows it, until there is no more. */
  async *shown(team: TeamId, from = 0): AsyncGenerator<ShownEvent[]> {
    const { catalog } = this.runtime;
    for await (const page of this.pages(team, from))
      yield page.map((raw) => storedShown(raw, catalog));
  }

  /** The same, nothing cut. */
  async *whole(team: TeamId, from = 0): AsyncGenerator<ShownEvent[]> {
    const { catalog } = this.runtime;
    for await (const page of this.pages(team, from))
      yield page.map((raw) => storedEvent(raw, catalog));
  }

  async event(team: TeamId, revision: number): Promise<ShownEvent> {
    const [raw] = await this.runtime.store.read(teamStream(team), { from: revision, limit: 1 });
    if (raw?.revision === revision) return storedEvent(raw, this.runtime.catalog);
    const head = await this.runtime.store.head(teamStream(team));
    throw new Refused(404, `team ${team} has no revision ${revision}; its last one is ${head}`);
  }

  /** What the model was asked for the reply, failure or admission at a revision; undefined when it is none. */
  async prompt(team: TeamId, revision: number): Promise<Prompt | undefined> {
    const call = modelCallOf(await this.event(team, revision));
    if (!call) return undefined;
    const near: ShownEvent[] = [];
    for await (const page of this.whole(team, call.armed)) {
      near.push(...page);
      if (near.some((event) => event.revision >= revision && event.meta.last)) break;
    }
    const through = knownThrough(call, revision, near);
    return promptOf(await this.viewsOf(team).view(conversation, through), call, through);
  }

  async report(team: TeamId): Promise<Report> {
    let state = report.initial;
    let passedOver = 0;
    for await (const event of this.understood(team, () => passedOver++))
      state = report.apply(state, event);
    const told = reportFrom(state);
    if (passedOver > 0)
      told.summary.notes.push(
        `${passedOver} events were written by another version and are not in this report`,
      );
    return told;
  }

  /** The events that can be understood. */
  private async *understood(team: TeamId, onPassed: () => void): AsyncGenerator<RecordedEvent> {
    for await (const page of this.whole(team)) {
      for (const event of page) {
        if (event.problem === undefined) yield recorded(team, event);
        else onPassed();
      }
    }
  }

  private async *pages(team: TeamId, from: number): AsyncGenerator<RawEvent[]> {
    for (let next = from; ; ) {
      const limit = Math.min(PAGE, PAGE_MAX);
      const page = await this.runtime.store.read(teamStream(team), { from: next, limit });
      if (page.length > 0) yield page;
      if (page.length < limit) return;
      next += page.length;
    }
  }

  private viewsOf(team: TeamId): Views {
    const { store, catalog } = this.runtime;
    const views = this.views.get(team) ?? new Views(store, catalog, teamStream(team));
    // The one asked for last is kept longest.
    this.views.delete(team);
    this.views.set(team, views);
    for (const other of this.views.keys()) {
      if (this.views.size <= VIEWS_MAX) break;
      this.views.delete(other);
    }
    return views;
  }
}
