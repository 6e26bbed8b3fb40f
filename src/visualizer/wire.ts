/**
 * What goes between the visualizer's server and its page: shapes only, known to both.
 *
 * Invariants
 * 1. A shown event is a recorded event whose long texts are cut; `cut` says so, and the whole is asked for by its revision.
 * 2. Nothing here is markup: whatever agents wrote travels, and is shown, as text.
 */
import type { EventMeta, JsonObject, RecordedEvent } from '../events/event.ts';

/** An event as a timeline needs it; what is the same in a whole stream, or of no use to a page, is left out. */
export interface ShownEvent {
  revision: number;
  type: string;
  data: JsonObject;
  meta: EventMeta;
  /** True when some text in `data` was shortened. */
  cut?: true;
}

/** Most characters of a text in a shown event. */
export const TEXT_SHOWN = 240;

/** `GET /api/about` */
export interface About {
  version: string;
  /** The store's address, without credentials. */
  store: string;
  /** A token was given to this page, so that it may fork and steer. */
  mayChange: boolean;
}

/** A machine's chart, laid out: `GET /api/charts/:machine`. Lengths are in pixels, positions absolute. */
export interface ChartDrawing {
  machine: string;
  width: number;
  height: number;
  /** Parents before their children. */
  nodes: ChartNode[];
  edges: ChartEdge[];
}

export interface ChartNode {
  /** The path of keys from the root, joined by dots, as in `working.watching`. */
  id: string;
  label: string;
  kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'start';
  parent: string | null;
  x: number;
  y: number;
  width: number;
  height: number;
  /** What is done on entry and exit, what is waited for, what is heard without going anywhere. */
  notes: string[];
}

export interface ChartEdge {
  id: string;
  source: string;
  target: string;
  /** The type of event that takes it, as XState names it; empty for a transition without one. */
  event: string;
  /** In the words of a chart: event, guard, actions. */
  label: string;
  points: { x: number; y: number }[];
  /** The label's place; null when nothing is written on it. */
  labelAt: { x: number; y: number; width: number; height: number } | null;
}

/** `POST /api/teams/:team/fork` */
export interface ForkAsked {
  at: number;
  model?: string;
  rounds?: number;
  budgetTokens?: number;
  budgetUsd?: number;
  /** In place of the next answer, of this actor or of whoever is asked next. */
  answer?: { actor?: string; text: string };
}

export interface ForkMade {
  team: string;
  origin: { team: string; revision: number };
  /** False when it must be led elsewhere; `remark` says how. */
  led: boolean;
  remark: string;
}

/** Text of a model as it streams in; never recorded, and only known to the process that leads the team. */
export interface Spoken {
  actor: string;
  text: string;
}

/** One error, in one line: what, where, what to do. */
export interface Refusal {
  error: string;
}

/** The exported file holds a team like this, as JSON in a script element of this id. */
export const EXPORT_ELEMENT = 'horde-team';

export interface ExportedTeam {
  format: 1;
  team: string;
  exportedAt: number;
  version: string;
  /** Whole, not cut. */
  events: ShownEvent[];
  /** By machine; a machine that is not known has none. */
  charts: { [machine: string]: ChartDrawing };
}

/** What is the same for all events of a page's team is put back. */
export const recorded = (team: string, event: ShownEvent): RecordedEvent =>
  ({
    id: '',
    stream: `team-${team}`,
    position: event.revision,
    version: 1,
    ...event,
  }) as RecordedEvent;
