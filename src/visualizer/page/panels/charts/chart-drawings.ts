/** The charts that the page has asked its source for, each once; and the states in which an unknown machine was seen. */
import { type Signal, signal } from '@preact/signals';
import type { ChartDrawing } from '../../../shared/wire.ts';
import type { TeamStory } from '../../shell/story.ts';
import type { TeamSource } from '../../shell/team-source.ts';
import { pathsOf } from './active-states.ts';

type Asked =
  | { is: 'coming' }
  | { is: 'there'; chart: ChartDrawing }
  | { is: 'unknown' }
  | { is: 'failed'; problem: string };

const COMING: Asked = { is: 'coming' };
const asked = new WeakMap<TeamSource, Map<string, Signal<Asked>>>();

export function chartOf(source: TeamSource, machine: string): Signal<Asked> {
  const charts = asked.get(source) ?? new Map<string, Signal<Asked>>();
  asked.set(source, charts);
  const known = charts.get(machine);
  if (known) return known;
  const answer = signal<Asked>(COMING);
  charts.set(machine, answer);
  source.chart(machine).then(
    (chart) => {
      answer.value = chart ? { is: 'there', chart } : { is: 'unknown' };
    },
    (error: Error) => {
      answer.value = { is: 'failed', problem: error.message };
      // The next who asks tries again.
      charts.delete(machine);
    },
  );
  return answer;
}

interface Seen {
  /** How many events were looked at. */
  until: number;
  states: Map<string, Set<string>>;
}

const seen = new WeakMap<TeamStory, Seen>();

/** All states in which an actor was seen so far, in their order; each event is looked at once. */
export function statesSeen(story: TeamStory, actor: string): readonly string[] {
  const known = seen.get(story) ?? { until: 0, states: new Map() };
  seen.set(story, known);
  for (; known.until < story.events.length; known.until++)
    for (const [who, state] of Object.entries(story.eventAt(known.until).meta.state ?? {})) {
      const states = known.states.get(who) ?? new Set();
      known.states.set(who, states);
      for (const path of pathsOf(state)) states.add(path);
    }
  return [...(known.states.get(actor) ?? [])];
}
