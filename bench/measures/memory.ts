/** Resident memory of a team of eight that waits for an answer: a thousand of them in one process. */

import type { Bench } from '../bench.ts';
import { summon } from '../contestant.ts';

const TEAMS = 1000;

export async function measureMemory({ folder, build, results }: Bench): Promise<void> {
  const horde = summon('horde', folder, build);
  const { bytesEach } = await horde.ask<{ bytesEach: number }>('idle', { teams: TEAMS });
  horde.dismiss();
  results.add('Memory', `resident, one of ${TEAMS} idle teams of eight`, bytesEach / 1024, 'KB');
}
