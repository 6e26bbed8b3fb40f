/**
 * Which edges of a chart an actor went along when its state changed, told from the log alone: the state before, the
 * event, the state after. No machine is run, so guards are not known: what could have happened is searched, and only
 * what explains the change without a rival is told.
 *
 * An event takes the machine along one edge, or is heard where it stands (a note); then along edges that need no event
 * until it comes to rest.
 *
 * Invariants
 * 1. Each edge leads from a state that was active to one that is active after it, and the last to the state told after.
 * 2. Two explanations of the same length are a doubt: then nothing is told.
 */
import type { Json, JsonObject } from '../../../../events/event.ts';
import type { ChartDrawing, ChartEdge, ChartLine } from '../../../shared/wire.ts';
import { pathsOf } from './active-states.ts';
import { matches, type Standings, standingsOf } from './chart-standings.ts';

/** What of a recorded event tells how it was heard. */
interface HeardChange {
  type: string;
  data: JsonObject;
  meta: { work?: string };
}

export interface StateChange {
  actor: string;
  /** Undefined for the start of an actor. */
  before: Json | undefined;
  event: HeardChange;
  after: Json;
}

export interface EdgeTaken {
  edge: string;
  /** Which of its lines it may have been, by index; more than one where their guards decided. */
  lines: readonly number[];
}

/** Most edges that one event leads along. */
const STEPS_MAX = 8;
/** Most ways that are looked at. */
const WAYS_MAX = 4000;

/** The edges taken, in their order; empty where it cannot be told. */
export function transitionTaken(
  chart: Pick<ChartDrawing, 'nodes' | 'edges'>,
  { actor, before, event, after }: StateChange,
): EdgeTaken[] {
  const standings = standingsOf(chart);
  const wanted = keyOf(pathsOf(after));
  const heard = heardAs(actor, event);
  const from = before === undefined ? undefined : new Set(pathsOf(before));
  // Heard where it stood, and it stands there still: that it went round is possible, and not told.
  if (from && keyOf(from) === wanted && standings.isNoted(heard, from)) return [];
  const found = shortest(standings, firstSteps(standings, from, heard), wanted);
  if (found.length > 0 || !from) return found;
  const regions = byRegion(standings, from, new Set(pathsOf(after)), heard);
  return regions.length > 0 ? regions : onlyEdge(standings, from, wanted);
}

/** However it was heard: one edge leads from where it stood to where it stands, and no other. */
function onlyEdge(standings: Standings, from: ReadonlySet<string>, wanted: string): EdgeTaken[] {
  const leading = standings.edges.filter(
    (edge) =>
      standings.isActive(edge.source, from) && keyOf(standings.after(from, edge)) === wanted,
  );
  return leading.length === 1 ? leading.map(whole) : [];
}

/** The event as the machine heard it: results of what it waited for and timers have names of XState's. */
function heardAs(actor: string, { type, data, meta }: HeardChange): string {
  if (type === 'timer.fired' && data['actor'] === actor) return String(data['timer']);
  const invoke = invokeOf(actor, meta.work);
  if (invoke === undefined) return type;
  const failed = type.endsWith('.failed') || type === 'work.refused';
  return `xstate.${failed ? 'error' : 'done'}.actor.${invoke}`;
}

/** Of `actor/invoke@revision`, when it is this actor's work. */
function invokeOf(actor: string, work: string | undefined): string | undefined {
  if (!work?.startsWith(`${actor}/`)) return undefined;
  return work.slice(actor.length + 1).replace(/@\d+(\.\d+)?$/, '');
}

/** Where a machine stands on its way, and how it came there. */
interface Way {
  at: ReadonlySet<string>;
  taken: readonly EdgeTaken[];
}

function firstSteps(
  standings: Standings,
  from: ReadonlySet<string> | undefined,
  heard: string,
): Way[] {
  if (!from) return [{ at: standings.start(), taken: standings.startEdges().map(whole) }];
  const led = standings.edges
    .filter(({ source }) => standings.isActive(source, from))
    .flatMap((edge) => step(standings, { at: from, taken: [] }, edge, heardBy(edge.lines, heard)));
  // Acted on where it stands: what follows needs no event.
  return standings.isNoted(heard, from) ? [...led, { at: from, taken: [] }] : led;
}

const whole = ({ id, lines }: ChartEdge): EdgeTaken => ({
  edge: id,
  lines: lines.map((_, index) => index),
});

function step(standings: Standings, way: Way, edge: ChartEdge, lines: readonly number[]): Way[] {
  if (lines.length === 0) return [];
  const at = standings.after(way.at, edge);
  return [{ at, taken: [...way.taken, { edge: edge.id, lines }] }];
}

/** Breadth first; the way of fewest edges that ends as wanted, if it is alone. */
function shortest(standings: Standings, first: readonly Way[], wanted: string): EdgeTaken[] {
  let ways = first;
  let looked = 0;
  for (let length = 0; length <= STEPS_MAX && ways.length > 0; length++) {
    const found = ways.filter(({ at, taken }) => taken.length > 0 && keyOf(at) === wanted);
    if (found.length > 0) return found.length === 1 ? [...found[0]!.taken] : [];
    looked += ways.length;
    if (looked > WAYS_MAX) return [];
    ways = ways.flatMap((way) => onwards(standings, way));
  }
  return [];
}

/** Along what needs no event, and is no way back to an edge gone along already. */
function onwards(standings: Standings, way: Way): Way[] {
  return standings.edges
    .filter(({ source }) => standings.isActive(source, way.at))
    .filter(({ id }) => !way.taken.some(({ edge }) => edge === id))
    .flatMap((edge) =>
      step(
        standings,
        way,
        edge,
        indices(edge.lines, ({ event }) => event === '' || standings.isOver(event, way.at)),
      ),
    );
}

/** Regions change side by side: each by itself, as far as it can be told. */
function byRegion(
  standings: Standings,
  from: ReadonlySet<string>,
  to: ReadonlySet<string>,
  heard: string,
): EdgeTaken[] {
  const regions = standings.regionsOf(from, to);
  if (regions.length < 2) return [];
  return regions.flatMap((region) => {
    const inside = standings.within(region);
    const before = new Set([...from].filter(inside.has));
    const after = [...to].filter(inside.has);
    if (keyOf(before) === keyOf(after)) return [];
    const first = firstSteps(inside, before, heard);
    // Another region acted on it; this one only followed.
    const followed = { at: before, taken: [] };
    const began = first.some(({ taken }) => taken.length === 0) ? first : [...first, followed];
    return shortest(inside, began, keyOf(after));
  });
}

const keyOf = (paths: Iterable<string>): string => [...paths].sort().join(' ');

const indices = (
  lines: readonly ChartLine[],
  fits: (line: { event: string }) => boolean,
): number[] =>
  lines.flatMap(({ event }, index) => (event !== null && fits({ event }) ? [index] : []));

function heardBy(lines: readonly ChartLine[], heard: string): number[] {
  return indices(lines, ({ event }) => matches(event, heard));
}
