/**
 * What a team that stands in the store is taken over with: its state, and whether its log was compared with these
 * machines first.
 *
 * Invariant: a stream that other code has written is replayed whole and compared before anything is appended to it.
 */
import { type TeamId, teamStream } from '../../events/ids.ts';
import type { EventStore } from '../../events/store.ts';
import { DivergenceError, type Fold } from '../state/fold.ts';
import type { TeamState } from '../state/team-state.ts';
import type { TeamUpgrade } from './leader.ts';

interface TakeoverSite {
  readonly store: EventStore;
  readonly fold: Fold;
  readonly package: string;
  readonly code: string;
}

interface Takeover {
  readonly state: TeamState;
  readonly upgrade: TeamUpgrade | undefined;
}

/** A copy of another team's past that is not complete: nobody may lead it. */
export class UnfinishedFork extends Error {
  override readonly name = 'UnfinishedFork';
}

/** Throws `DivergenceError` or `UnfinishedFork`. */
export async function takeoverOf(site: TakeoverSite, id: TeamId): Promise<Takeover> {
  const takeover = await folded(site, id);
  refuseUnfinishedFork(id, takeover.state);
  return takeover;
}

async function folded({ store, fold, package: version, code }: TakeoverSite, id: TeamId) {
  const stream = teamStream(id);
  const cached = await store.snapshots?.get(stream, Number.MAX_SAFE_INTEGER, code);
  if (cached) {
    const state = await fold.stateAt(stream);
    if (state.code === code) return { state, upgrade: undefined };
  }
  const { state, divergence } = await fold.replay(stream);
  if (divergence) throw new DivergenceError(stream, divergence);
  const before = `${state.package}+${state.code}`;
  const now = `${version}+${code}`;
  return { state, upgrade: state.code !== '' && before !== now ? { before, now } : undefined };
}

/** Events of another team without `team.forked` after them: the copy was broken off. */
function refuseUnfinishedFork(id: TeamId, { formed, revision }: TeamState): void {
  if (!formed || formed.team === id) return;
  throw new UnfinishedFork(
    `team ${id} is a fork of ${formed.team} whose making was broken off at revision ${revision}; ` +
      `complete it with the same command: horde fork ${formed.team} --team ${id} --at …`,
  );
}
