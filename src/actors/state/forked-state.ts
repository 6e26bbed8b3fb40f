/**
 * What `team.forked` means to a state: the same actors, timers and account, under another team's name and limits.
 * Called by the turn, on a state that the turn may change.
 *
 * Invariants
 * 1. Nothing is waited for that only the origin will hear of: what it had under way is owed anew here.
 * 2. Once-only work that the origin had begun is not owed anew: it is returned, and its outcome is unknown.
 * 3. A team below is attached to, not begun anew: its reservation stands. Its fork is made before this one.
 */
import type { EventOf } from '../../events/event.ts';
import type { teamForked } from '../../events/words/fork.ts';
import type { OwedWork, TeamState } from './team-state.ts';
import { timerKey } from './team-state.ts';

export type Forked = EventOf<typeof teamForked>['data'];

interface WorksOfFork {
  /** Owed anew: judged again as soon as somebody leads. */
  again: OwedWork[];
  /** Begun in the origin and never to be done twice. */
  unknown: OwedWork[];
}

export function becomeFork(state: TeamState, forked: Forked): WorksOfFork {
  const { parent: _, ...formed } = state.formed!;
  const { team, limits, labels, parent } = forked;
  state.formed = { ...formed, team, limits, labels, ...(parent ? { parent } : {}) };
  moveTimers(state, forked);
  return sortWorks(state, new Set(forked.below));
}

/** Deadlines too: they were set for the origin, and it has not been this team's time. */
function moveTimers(state: TeamState, { downMs, limits }: Forked): void {
  const before = state.at - downMs;
  const paused = state.paused ? before - state.paused.at : 0;
  for (const timer of state.timers.values()) timer.dueAt += downMs + (timer.relative ? paused : 0);
  state.paused = null;
  const key = timerKey('', 'deadline');
  const deadline = state.timers.get(key);
  if (deadline && limits.timeMs === undefined) state.timers.delete(key);
}

function sortWorks(state: TeamState, below: ReadonlySet<string>): WorksOfFork {
  const again: OwedWork[] = [];
  const unknown: OwedWork[] = [];
  for (const work of [...state.works.values()]) {
    const { id, status, effect } = work;
    if (below.has(id)) continue;
    if (status === 'started' && effect === 'once') unknown.push(work);
    else if (status === 'cancelled') state.works.delete(id);
    else {
      oweAnew(work);
      state.timers.delete(timerKey('', `work:${id}`));
      again.push(work);
    }
  }
  return { again, unknown };
}

function oweAnew(work: OwedWork): void {
  work.status = 'owed';
  work.effect = null;
  work.reserved = { tokens: 0, usd: 0 };
  work.outputTokensMax = null;
  work.waitsFor = null;
}
