/**
 * What commands that speak to a team have in common. They may run in any process: what they say goes to the
 * team's inbox, and whoever leads the team hears it as an event.
 */

import type { TeamState } from '../actors/state/team-state.ts';
import { TeamEnded } from '../actors/team-reader.ts';
import { teamStream } from '../events/ids.ts';
import { BadUsage } from './bad-usage.ts';
import { type Reading, reading, type TeamCall } from './reading.ts';

interface Spoken {
  /** Type of the event that stands in the inbox now. */
  said: string;
  /** Who hears it; nobody in particular when absent. */
  to?: string;
  /** For people: what was done. */
  text: string;
}

/** Runs a command on a team that has not ended. Throws `BadUsage` when it has. */
export function speaking(
  call: TeamCall,
  speak: (site: Reading, state: TeamState) => Promise<Spoken>,
): Promise<number> {
  return reading(call, async (site) => {
    const { team, output, runtime } = site;
    const state = await team.state();
    try {
      if (state.ended) throw new TeamEnded('ended');
      const { said, to = null, text } = await speak(site, state);
      const lease = await runtime.store.leases?.look(teamStream(team.id));
      const led = lease === undefined ? undefined : lease !== null && lease.expiresAt > Date.now();
      output.result(
        () =>
          `${text}${led === false ? `; nobody leads it now, it is heard after: horde resume ${team.id}` : ''}`,
        () => ({ team: team.id, said, to, led: led ?? null }),
      );
      return 0;
    } catch (error) {
      if (!(error instanceof TeamEnded)) throw error;
      throw new BadUsage(
        `team ${team.id} has ended and hears nothing any more; read it with: horde report ${team.id}`,
      );
    }
  });
}
