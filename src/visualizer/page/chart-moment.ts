/**
 * What an actor's chart shows of one revision: where the actor stood, where it had stood before, and what led it there.
 *
 * Invariants
 * 1. It depends on the events up to the revision alone.
 * 2. Of a chart that knows a state differently, what is not known is told and not left out.
 */
import type { Json, RecordedEvent } from '../../events/event.ts';
import type { ChartDrawing } from '../wire.ts';
import { type ActiveStates, activeStates, NOWHERE } from './active-states.ts';
import type { Standing } from './cast.ts';
import type { Story } from './story.ts';
import { type EdgeTaken, transitionTaken } from './transition-taken.ts';

export interface ChartMoment {
  active: ActiveStates;
  /** Where it stood before it came here. */
  before: ActiveStates;
  taken: readonly EdgeTaken[];
  /** The event that led here; undefined before the first. */
  event: RecordedEvent | undefined;
  /** It led here in the very turn at which one stands. */
  isNow: boolean;
}

export const NO_MOMENT: ChartMoment = {
  active: NOWHERE,
  before: NOWHERE,
  taken: [],
  event: undefined,
  isNow: false,
};

/** Remembers the last moment: most steps change nothing for most actors. */
export function momentsOf(story: Story, chart: ChartDrawing) {
  let [key, last] = ['', NO_MOMENT];
  return (standing: Standing | undefined, at: number): ChartMoment => {
    if (!standing) return NO_MOMENT;
    const revision = lastHeard(story, standing, at);
    const isNow = story.events[revision]?.meta.turn === story.events[at]?.meta.turn;
    const now = `${revision} ${isNow}`;
    if (now === key) return last;
    [key, last] = [now, momentAt(story, chart, standing, revision, isNow)];
    return last;
  };
}

function momentAt(
  story: Story,
  chart: ChartDrawing,
  standing: Standing,
  revision: number,
  isNow: boolean,
): ChartMoment {
  const event = story.events[revision];
  const { actor, state } = standing;
  if (!event || state === undefined) return NO_MOMENT;
  const before = beforeOf(standing, event);
  return {
    active: activeStates(chart, state),
    before: activeStates(chart, before),
    taken: transitionTaken(chart, { actor, before, event, after: state }),
    event,
    isNow,
  };
}

/** Whoever joins, or joins again as a successor, has stood nowhere. */
function beforeOf({ actor, state, before, changedAt }: Standing, event: RecordedEvent) {
  if (isJoiningOf(actor, event)) return undefined;
  return event.revision === changedAt ? before : (state as Json);
}

const isJoiningOf = (actor: string, { type, data }: RecordedEvent): boolean =>
  (type === 'agent.joined' || type === 'actor.joined' || type === 'team.formed') &&
  data['actor'] === actor;

/** The change of its state; or, in the turn at which one stands, what led it round to where it stood already. */
function lastHeard(story: Story, { actor, changedAt }: Standing, at: number): number {
  const turn = story.events[at]?.meta.turn;
  for (let revision = at; revision > changedAt; revision--) {
    const { meta } = story.events[revision]!;
    if (meta.turn !== turn) break;
    if (meta.state && actor in meta.state) return revision;
  }
  return changedAt;
}
