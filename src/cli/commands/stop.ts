/** `horde stop`: asks a team to end with what there is. */
import { type Command, option } from '../command.ts';
import type { ReadingOptions } from '../reading.ts';
import { speaking } from '../speaking.ts';

const REASON_MAX = 400;

export default {
  options: [option('--reason <text>', 'why, for the report')],
  action: (call) =>
    speaking(call, async ({ team }) => {
      const { reason } = call.options;
      await team.stop(...(reason ? [reason.slice(0, REASON_MAX)] : []));
      return {
        said: 'team.stopRequested',
        text: `team ${team.id} was asked to end; read what there is with: horde report ${team.id}`,
      };
    }),
} satisfies Command<[team: string], ReadingOptions & { reason?: string }>;
