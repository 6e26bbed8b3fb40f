/** `horde stop`: asks a team to end with what there is. */
import type { ReadingOptions } from '../reading.ts';
import { speaking } from '../speaking.ts';

const REASON_MAX = 400;

export const stop = (
  name: string,
  { reason, ...options }: ReadingOptions & { reason?: string },
): Promise<number> =>
  speaking(name, options, async ({ team }) => {
    await team.stop(...(reason ? [reason.slice(0, REASON_MAX)] : []));
    return {
      said: 'team.stopRequested',
      text: `team ${team.id} was asked to end; read what there is with: horde report ${team.id}`,
    };
  });
