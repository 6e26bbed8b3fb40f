/**
 * The child teams a team, merged with it as they stood when it stood at a revision. Between teams there is no order but
 * the time: each of their streams is cut at the end of the last turn that was not later than the revision.
 *
 * Invariants
 * 1. What is shown of a moment depends on the events up to it alone, once they are fetched; what is not merged is told.
 * 2. Streams are fetched one after the other, each event once, and of `TEAMS_MOST` teams at most, the nearest first.
 */

import { signal } from '@preact/signals';
import { merge, merged } from '../../../../projections/merged/merged.ts';
import type { Merged } from '../../../../projections/merged/merged-state.ts';
import type { TeamLine } from '../../../../projections/teams/teams.ts';
import { lastWhere } from '../../shell/ascending.ts';
import { problemOf } from '../../shell/problem.ts';
import { TeamStory } from '../../shell/story.ts';
import type { TeamSource } from '../../shell/team-source.ts';

/** Teams that are merged. */
export const TEAMS_MOST = 20;

export interface ChildTeam {
  line: TeamLine;
  /** The last revision that is merged; -1 when the team had not begun. */
  revision: number;
  /** Why it is not merged, or not wholly; empty when it is. */
  lack: string;
}

interface Fetched {
  story: TeamStory;
  problem: string;
}

export class ChildTeams {
  /** Counts what was learned; read it to be told of more. */
  readonly version = signal(0);
  #lines: readonly TeamLine[] = [];
  readonly #fetched = new Map<string, Fetched>();
  #fetching = false;
  #closed = false;
  #last: { key: string; own: Merged; state: Merged } | undefined;

  constructor(
    private readonly source: Pick<TeamSource, 'events'>,
    private readonly team: string,
  ) {}

  /** Takes the list of all teams, and fetches what it does not have of the child teams. */
  take(all: readonly TeamLine[]): void {
    this.#lines = descendants(this.team, all);
    this.version.value++;
    void this.#fetch();
  }

  close(): void {
    this.#closed = true;
  }

  /** How each stood at a time; nearest first. */
  at(time: number): ChildTeam[] {
    return this.#lines.map((line, index) => {
      if (index >= TEAMS_MOST)
        return { line, revision: -1, lack: `not merged: only ${TEAMS_MOST} teams are` };
      const { story, problem } = this.#fetched.get(line.team) ?? NOTHING;
      const revision = cutAt(story, time);
      const isWhole = story.head + 1 >= line.events;
      // What is fetched in order is whole up to the time when something later is there.
      const isKnown = isWhole || (story.events.at(-1)?.meta.at ?? 0) > time;
      if (isKnown) return { line, revision, lack: '' };
      return {
        line,
        revision,
        lack: problem || `${story.head + 1} of ${line.events} events so far`,
      };
    });
  }

  /** The team's own state with all that was known of the child teams at a time. */
  merged(own: Merged, time: number): Merged {
    const teams = this.at(time).filter(({ revision }) => revision >= 0);
    const key = teams.map(({ line, revision }) => `${line.team}@${revision}`).join(' ');
    if (this.#last?.key === key && this.#last.own === own) return this.#last.state;
    const state = teams.reduce(
      (sum, { line, revision }) =>
        merge(sum, this.#fetched.get(line.team)!.story.at(merged, revision)),
      own,
    );
    this.#last = { key, own, state };
    return state;
  }

  async #fetch(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    for (let line = this.#wanted(); line && !this.#closed; line = this.#wanted())
      await this.#fetchOne(line);
    this.#fetching = false;
  }

  /** The first of which events are missing, and which has not failed at as many. */
  #wanted(): TeamLine | undefined {
    return this.#lines.slice(0, TEAMS_MOST).find(({ team, events }) => {
      const { story, problem } = this.#fetched.get(team) ?? NOTHING;
      return story.head + 1 < events && problem === '';
    });
  }

  async #fetchOne({ team, events }: TeamLine): Promise<void> {
    const fetched = this.#fetched.get(team) ?? { story: new TeamStory(team), problem: '' };
    this.#fetched.set(team, fetched);
    const { story } = fetched;
    try {
      for await (const batch of this.source.events(team, story.head + 1)) {
        if (this.#closed) return;
        story.append(batch);
        this.version.value++;
      }
      if (story.head + 1 < events) fetched.problem = 'its events could not all be read';
    } catch (error) {
      fetched.problem = `its events could not be read: ${problemOf(error)}`;
    }
    this.version.value++;
  }
}

const NOTHING: Fetched = { story: new TeamStory(''), problem: '' };

/** Children, then theirs, and so on; each once, who began first before. */
function descendants(team: string, all: readonly TeamLine[]): TeamLine[] {
  const children = new Map<string, TeamLine[]>();
  for (const line of [...all].sort(
    (a, b) => a.startedAt - b.startedAt || (a.team < b.team ? -1 : 1),
  ))
    if (line.parent !== null)
      children.set(line.parent, [...(children.get(line.parent) ?? []), line]);
  const found = new Map<string, TeamLine>();
  const waiting = [team];
  for (let parent = waiting.shift(); parent !== undefined; parent = waiting.shift())
    for (const line of children.get(parent) ?? []) {
      if (line.team === team || found.has(line.team)) continue;
      found.set(line.team, line);
      waiting.push(line.team);
    }
  return [...found.values()];
}

/** Turns are shown whole. */
function cutAt(story: TeamStory, time: number): number {
  const last = lastWhere(story.events, ({ meta }) => meta.at <= time);
  return last < 0 ? -1 : story.turnEndAt(last);
}
