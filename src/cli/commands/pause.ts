/** `horde pause`: a team starts no new work. */
import type { Command } from '../command.ts';
import type { ReadingOptions } from '../reading.ts';
import { speaking } from '../speaking.ts';

export default {
  options: [],
  action: (call) =>
    speaking(call, async ({ team }, { paused }) => {
      await team.pause();
      const before = paused ? ' (it was paused already)' : '';
      return {
        said: 'team.paused',
        text: `team ${team.id} starts no new work${before}; go on with: horde continue ${team.id}`,
      };
    }),
} satisfies Command<[team: string], ReadingOptions>;
