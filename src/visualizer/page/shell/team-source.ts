/**
 * Where the page has a team from: a server that reads the store, or the file that the page itself stands in.
 * All else of the page knows only this.
 */

import type { WhatIf } from '../../../actors/what-if.ts';
import type { Comparison } from '../../../projections/comparison/team-comparison.ts';
import type { Report } from '../../../projections/report/report-layers.ts';
import type { TeamLine } from '../../../projections/teams/teams.ts';
import type {
  About,
  ChartDrawing,
  ForkAsked,
  ForkMade,
  Prompt,
  ShownEvent,
  Spoken,
} from '../../shared/wire.ts';

export type { Prompt } from '../../shared/wire.ts';

export interface TeamListener {
  onEvents(events: readonly ShownEvent[]): void;
  /** Text of a model on its way; only known where the team is led. */
  onSpoken(spoken: Spoken): void;
  /** The connection is there, or is away and tried again. */
  onConnection(isThere: boolean): void;
}

export interface TeamSource {
  /** False for a file: nothing can be changed, and nothing comes any more. */
  readonly isLive: boolean;
  readonly mayChange: boolean;
  /** All that is recorded, from a revision on, in batches as they come. */
  events(team: string, from: number): AsyncIterable<readonly ShownEvent[]>;
  /** What is recorded after a revision, until closed. */
  listen(team: string, after: number, listener: TeamListener): { close(): void };
  /** The event, whole. */
  event(team: string, revision: number): Promise<ShownEvent>;
  /** What the model was asked for the reply, failure or admission at this revision; undefined when it is none. */
  prompt(team: string, revision: number): Promise<Prompt | undefined>;
  /** Undefined for a machine that is not known here. */
  chart(machine: string): Promise<ChartDrawing | undefined>;
  report(team: string): Promise<Report>;
}

/** What only a server can do. */
/** Whether a source is a server, with other teams beside this one. */
export const isHorde = (source: TeamSource): source is Horde => 'teams' in source;

export interface Horde extends TeamSource {
  /** Whose page this is: the store, and the program's version. */
  readonly about: About;
  teams(): Promise<TeamLine[]>;
  /** Teams as they change, until closed. */
  listenToTeams(onTeams: (lines: readonly TeamLine[]) => void): { close(): void };
  compare(a: string, b: string): Promise<Comparison>;
  whatIf(team: string, budget: { tokens?: number; usd?: number }): Promise<WhatIf>;
  fork(team: string, asked: ForkAsked): Promise<ForkMade>;
  /** These put a word into the team's inbox; what comes of it stands in its events. */
  stop(team: string, reason: string): Promise<void>;
  pause(team: string): Promise<void>;
  goOn(team: string): Promise<void>;
  tell(team: string, agent: string, text: string): Promise<void>;
  /** The address of the exported file. */
  exportUrl(team: string): string;
}

/** A server's horde of teams, or one team that stands in a file. */
export type Source = { horde: Horde } | { file: TeamSource; team: string };
