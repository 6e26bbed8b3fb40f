/**
 * The list of all teams, kept up to date while somebody asks for it: folded from where it stood the last time.
 *
 * Invariants
 * 1. There is one fold at a time; whoever asks meanwhile is answered by the next.
 * 2. A list is told again at most every `TOLD_EVERY_MS`, and then only the lines that changed.
 */

import { teamOfStream } from '../../events/ids.ts';
import { PAGE_MAX, StoreFailure } from '../../events/store.ts';
import { applyAll } from '../../projections/kit/projection.ts';
import { catchUp, type ReadModel } from '../../projections/kit/read-model.ts';
import { type TeamLine, type Teams, teams } from '../../projections/teams/teams.ts';
import { storedEvent } from '../shared/shown-event.ts';
import { recorded } from '../shared/wire.ts';
import type { Write } from './follower.ts';
import type { Live } from './live.ts';
import type { TeamReading } from './team-reading.ts';

const TOLD_EVERY_MS = 200;

export class TeamLines {
  #model: ReadModel<Teams> | undefined;
  #folding: Promise<unknown> = Promise.resolve();
  #logs = 0;

  constructor(
    private readonly reading: TeamReading,
    private readonly live: Live,
  ) {}

  /** Newest first. */
  async lines(): Promise<TeamLine[]> {
    const { state } = await this.#folded();
    return Object.values(state.teams).sort((a, b) => b.startedAt - a.startedAt);
  }

  /** Writes all lines, and then those that change. */
  follow(write: Write, onLetGo: () => void): { close(): void } {
    const told = new Map<string, TeamLine>();
    let timer: NodeJS.Timeout | undefined;
    let telling = false;
    let again = false;
    const tell = async () => {
      timer = undefined;
      telling = true;
      again = false;
      const changed = (await this.lines()).filter((line) => told.get(line.team) !== line);
      for (const line of changed) told.set(line.team, line);
      if (changed.length > 0 || told.size === 0)
        await write(`event: teams\ndata: ${JSON.stringify(changed)}\n\n`);
      telling = false;
      if (again) soon();
    };
    const soon = () => {
      again = true;
      if (telling || timer) return;
      timer = setTimeout(() => tell().catch(letGo), isFirst ? 0 : TOLD_EVERY_MS);
      isFirst = false;
    };
    let isFirst = true;
    const letGo = () => {
      bell.close();
      clearTimeout(timer);
      onLetGo();
    };
    const bell = this.live.ringFor(soon, onLetGo);
    return {
      close: () => {
        clearTimeout(timer);
        bell.close();
      },
    };
  }

  #folded(): Promise<ReadModel<Teams>> {
    const folded = this.#folding.then(() => this.#fold());
    this.#folding = folded.catch(() => {});
    return folded;
  }

  async #fold(): Promise<ReadModel<Teams>> {
    if (this.#logs !== this.live.logs) this.#model = undefined;
    this.#logs = this.live.logs;
    try {
      return await this.#foldOn();
    } catch (error) {
      // The log is not the one that was folded: begun anew.
      if (!this.#model || !(error instanceof StoreFailure) || error.kind !== 'foreign') throw error;
      this.#model = undefined;
      return this.#foldOn();
    }
  }

  async #foldOn(): Promise<ReadModel<Teams>> {
    const { store, catalog } = this.reading.runtime;
    let model = this.#model ?? (await this.#kept());
    for (;;) {
      const after = model.position < 0 ? {} : { after: model.position };
      const page = await store.readAll({ ...after, limit: PAGE_MAX, prefix: 'team-' });
      const shown = page.map((raw) => ({ raw, event: storedEvent(raw, catalog) }));
      const readable = shown.filter(({ event }) => event.problem === undefined);
      const events = readable.flatMap(({ raw, event }) => {
        const team = teamOfStream(raw.stream);
        return team === undefined ? [] : [recorded(team, event)];
      });
      model = {
        state: applyAll(teams, model.state, events),
        passedOver: model.passedOver + page.length - readable.length,
        position: page.at(-1)?.position ?? model.position,
      };
      this.#model = model;
      if (page.length < PAGE_MAX) return model;
    }
  }

  /** What the store keeps of the list. */
  #kept(): Promise<ReadModel<Teams>> {
    const { store, catalog } = this.reading.runtime;
    return catchUp(store, teams, { catalog, prefix: 'team-' });
  }
}
