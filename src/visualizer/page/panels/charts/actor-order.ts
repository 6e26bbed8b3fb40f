/**
 * A team's actors as one looks at them: in groups, and those first that have just moved.
 *
 * Invariant: an actor has moved when its state changed in the turn at which one stands, and not later.
 */
import type { Standing } from '../../shell/cast.ts';
import type { TeamStory } from '../../shell/story.ts';

export type ActorGroup = 'runtime' | 'pattern' | 'agents';

/** The root carries the team, agents have roles; what remains is the pattern. */
export function groupOf({ actor, machine, role }: Standing, root: string | undefined): ActorGroup {
  if (actor === root) return 'runtime';
  return role !== '' || machine === 'agent' ? 'agents' : 'pattern';
}

export function hasMoved(story: TeamStory, { changedAt, state }: Standing, at: number): boolean {
  const turn = story.events[at]?.meta.turn;
  return state !== undefined && turn !== undefined && story.events[changedAt]?.meta.turn === turn;
}

const RANKS: Readonly<Record<ActorGroup, number>> = { pattern: 1, runtime: 2, agents: 3 };

/** Who moved last first; then the pattern, the team, the agents as they joined, and whoever has left. */
export function inOrder(story: TeamStory, standings: readonly Standing[], at: number): Standing[] {
  const [root] = story.cast.actors;
  const rank = (standing: Standing) => {
    if (hasMoved(story, standing, at)) return 0;
    return standing.status === 'left' ? 4 : RANKS[groupOf(standing, root)];
  };
  return standings
    .map((standing) => ({ standing, rank: rank(standing) }))
    .sort(
      (a, b) => a.rank - b.rank || (a.rank === 0 ? b.standing.changedAt - a.standing.changedAt : 0),
    )
    .map(({ standing }) => standing);
}
