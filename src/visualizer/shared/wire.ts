/**
 * What goes between the visualizer's server and its page: shapes only, known to both.
 *
 * Invariants
 * 1. A shown event is a recorded event whose long texts are cut; `cut` says so, and the whole is asked for by its revision.
 * 2. Nothing here is markup: whatever agents wrote travels, and is shown, as text.
 */
import type { EventMeta, JsonObject, RecordedEvent } from '../../events/event.ts';
import type { Message } from '../../projections/conversation/thread-message.ts';

/** An event as a timeline needs it; what is the same in a whole stream, or of no use to a page, is left out. */
export interface ShownEvent {
  revision: number;
  type: string;
  data: JsonObject;
  meta: EventMeta;
  /** True when some text in `data` was shortened. */
  cut?: true;
  /** Why it cannot be understood here: unknown, or written by a newer version. `data` is then as it was found. */
  problem?: string;
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

/**
 * A machine's chart, laid out: `GET /api/charts/:machine`. Lengths are in pixels, positions absolute.
 * A machine without a start of its own (a node of kind `start` whose parent is null) is parallel.
 */
export interface ChartDrawing {
  machine: string;
  width: number;
  height: number;
  /** Parents before their children. */
  nodes: ChartNode[];
  /** At most one from a node to another: what leads the same way shares it. */
  edges: ChartEdge[];
}

export interface ChartNode {
  /** The path of keys from the root, joined by dots, as in `working.watching`. */
  id: string;
  label: string;
  /** `anywhere` stands for the whole machine: what is heard in every state. */
  kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'start' | 'anywhere';
  parent: string | null;
  x: number;
  y: number;
  width: number;
  height: number;
  /** What is done on entry and exit, what is waited for, what is heard without going anywhere. */
  notes: ChartLine[];
}

export interface ChartEdge {
  id: string;
  source: string;
  target: string;
  /** The transitions that lead this way, a line each; none on the edge of a start. */
  lines: ChartLine[];
  points: { x: number; y: number }[];
  /** The place of the lines; null when nothing is written on it. */
  labelAt: { x: number; y: number; width: number; height: number } | null;
}

export interface ChartLine {
  /** The type of event, as XState names it; empty for a transition without one, null for no transition. */
  event: string | null;
  /** In the words of a chart: event, guard, actions; shortened to what one reads at a glance. */
  label: string;
  /** Nothing left out. */
  whole: string;
}

/** How the text of a chart is set, in pixels: a fixed pitch, so that boxes are made to fit without a browser. */
export const CHART_TEXT = {
  title: { size: 13, pitch: 7.85, line: 18 },
  note: { size: 11, pitch: 6.65, line: 14 },
  /** Between a box and its text. */
  padX: 8,
  padY: 5,
} as const;

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

/** What a model was asked: the request as it was rebuilt from the log. */
export interface Prompt {
  model: string;
  system: string;
  tools: { name: string; description: string }[];
  messages: Message[];
  hash: string;
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

/**
 * What is the same for all events of a page's team is put back. An event that cannot be understood is given a type
 * that no projection hears, and says why.
 */
export function recorded(team: string, { problem, ...event }: ShownEvent): RecordedEvent {
  const known = {
    id: '',
    stream: `team-${team}`,
    position: event.revision,
    version: 1,
    ...event,
  } as RecordedEvent;
  if (problem === undefined) return known;
  return { ...known, type: `unreadable.${event.type}`, data: { problem, data: event.data } };
}
