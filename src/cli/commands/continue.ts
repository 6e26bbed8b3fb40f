/** `horde continue`: a team that was paused goes on. */
import type { Command } from '../command.ts';
import type { ReadingOptions } from '../reading.ts';
import { speaking } from '../speaking.ts';

export default {
  options: [],
  action: (call) =>
    speaking(call, async ({ team }, { paused }) => {
      await team.continue();
      const before = paused ? '' : ' (it was not paused)';
      return { said: 'team.continued', text: `team ${team.id} goes on${before}` };
    }),
} satisfies Command<[team: string], ReadingOptions>;
