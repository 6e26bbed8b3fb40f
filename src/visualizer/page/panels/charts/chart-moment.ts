/**
 * What an actor's chart shows of one revision: where the actor stood, where it had stood before, and what led it there.
 *
 * Invariants
 * 1. It depends on the events up to the revision alone.
 * 2. Of a chart that knows a state differently, what is not known is told and not left out.
 */
import type { RecordedEvent } from '../../../../events/event.ts';
import type { ChartDrawing } from '../../../shared/wire.ts';
import type { Standing } from '../../shell/cast.ts';
import type { TeamStory } from '../../shell/story.ts';
import { type ActiveStates, activeStates, NOWHERE } from './active-states.ts';
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
  /** What it heard later in that turn, and stayed. */
  heard: RecordedEvent | undefined;
}

const NO_MOMENT: ChartMoment = {
  active: NOWHERE,
  before: NOWHERE,
  taken: [],
  event: undefined,
  isNow: false,
  heard: undefined,
};

/** Remembers the last moment: most steps change nothing for most actors. */
export function momentsOf(story: TeamStory, chart: ChartDrawing) {
  let [key, last] = ['', NO_MOMENT];
  return (standing: Standing | undefined, at: number): ChartMoment => {
    if (!standing) return NO_MOMENT;
    const heard = heardLater(story, standing, at);
    const isNow = isSameTurn(story, standing.changedAt, at);
    const now = `${standing.changedAt} ${heard?.revision} ${isNow}`;
    if (now === key) return last;
    [key, last] = [now, momentAt(story, chart, standing, heard, isNow)];
    return last;
  };
}

function momentAt(
  story: TeamStory,
  chart: ChartDrawing,
  standing: Standing,
  heard: RecordedEvent | undefined,
  isNow: boolean,
): ChartMoment {
  const { actor, state, changedAt } = standing;
  const event = story.events[changedAt];
  if (!event || state === undefined) return NO_MOMENT;
  const active = activeStates(chart, state);
  // It may have led round, to where it stood already.
  const round = heard
    ? transitionTaken(chart, { actor, before: state, event: heard, after: state })
    : [];
  if (round.length > 0)
    return { active, before: NOWHERE, taken: round, event: heard, isNow: true, heard: undefined };
  // Whoever joins, or joins again as a successor, has stood nowhere.
  const before = isJoiningOf(actor, event) ? undefined : standing.before;
  const taken = transitionTaken(chart, { actor, before, event, after: state });
  return { active, before: activeStates(chart, before), taken, event, isNow, heard };
}

const isJoiningOf = (actor: string, { type, data }: RecordedEvent): boolean =>
  (type === 'agent.joined' || type === 'actor.joined' || type === 'team.formed') &&
  data['actor'] === actor;

const isSameTurn = (story: TeamStory, a: number, b: number): boolean =>
  story.events[a] !== undefined && story.events[a].meta.turn === story.events[b]?.meta.turn;

/** The last event of the turn at which one stands that it could act on, after the one that changed its state. */
function heardLater(story: TeamStory, { actor, changedAt }: Standing, at: number) {
  for (let revision = at; revision > changedAt; revision--) {
    if (!isSameTurn(story, revision, at)) return undefined;
    const event = story.eventAt(revision);
    if (event.meta.state && actor in event.meta.state) return event;
  }
  return undefined;
}
