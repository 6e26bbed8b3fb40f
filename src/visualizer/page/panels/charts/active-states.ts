/**
 * Which states of a chart are active, by a state value as the log has it: a name, or regions by their names.
 *
 * Invariant: a state that the chart does not know is told apart, never left out in silence.
 */
import type { Json } from '../../../../events/event.ts';
import type { ChartDrawing } from '../../../shared/wire.ts';

export interface ActiveStates {
  /** Where the machine stands: states without active states inside. */
  leaves: ReadonlySet<string>;
  /** What they stand in. */
  ancestors: ReadonlySet<string>;
  /** Paths that are no node of the chart. */
  unknown: readonly string[];
}

export const NOWHERE: ActiveStates = { leaves: new Set(), ancestors: new Set(), unknown: [] };

export function activeStates(
  chart: Pick<ChartDrawing, 'nodes'>,
  state: Json | undefined,
): ActiveStates {
  if (state === undefined) return NOWHERE;
  const known = new Set(chart.nodes.map(({ id }) => id));
  const leaves = new Set<string>();
  const ancestors = new Set<string>();
  const unknown: string[] = [];
  for (const path of pathsOf(state)) {
    if (known.has(path)) leaves.add(path);
    else unknown.push(path);
    for (const above of ancestorsOf(path)) if (known.has(above)) ancestors.add(above);
  }
  return { leaves, ancestors, unknown };
}

/** The paths of the innermost active states: one, or one a region. */
export function pathsOf(state: Json | undefined, above = ''): string[] {
  if (typeof state === 'string') return [above + state];
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return [];
  return Object.entries(state).flatMap(([key, inner]) => {
    const inside = pathsOf(inner, `${above}${key}.`);
    // An empty region: the state itself is the innermost.
    return inside.length > 0 ? inside : [above + key];
  });
}

/** As one reads it: `working.watching`, regions divided by a bar. */
export const stateText = (state: Json | undefined): string => pathsOf(state).join(' | ');

const ancestorsOf = (path: string): string[] => {
  const parts = path.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
};
