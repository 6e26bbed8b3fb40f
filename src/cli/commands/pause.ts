/** `horde pause` and `horde continue`: a team starts no new work, and goes on. */
import type { ReadingOptions } from '../reading.ts';
import { speaking } from '../speaking.ts';

export const pause = (name: string, options: ReadingOptions): Promise<number> =>
  speaking(name, options, async ({ team }, { paused }) => {
    await team.pause();
    const before = paused ? ' (it was paused already)' : '';
    return {
      said: 'team.paused',
      text: `team ${team.id} starts no new work${before}; go on with: horde continue ${team.id}`,
    };
  });

export const goOn = (name: string, options: ReadingOptions): Promise<number> =>
  speaking(name, options, async ({ team }, { paused }) => {
    await team.continue();
    const before = paused ? '' : ' (it was not paused)';
    return { said: 'team.continued', text: `team ${team.id} goes on${before}` };
  });
