/** `horde worker`: leads teams that nobody leads, until it is told to stop. */

import { startHost } from '../../actors/lead/host.ts';
import { EXIT } from '../bad-usage.ts';
import { type Command, type CommandCall, option } from '../command.ts';
import { wholeNumber } from '../numbers.ts';
import { observations, operationalLog } from '../observation.ts';
import { leadingSession } from '../session.ts';
import { aborted } from '../shell.ts';
import { openStoreOption } from '../store-option.ts';
import { harmless } from '../terminal-text.ts';

export interface WorkerOptions {
  store?: string;
  teams?: number;
}

export default {
  options: [
    option('--teams <n>', 'most teams at once (default 8)', wholeNumber('--teams', 1, 1000)),
  ],
  action: worker,
} satisfies Command<[], WorkerOptions>;

async function worker(call: CommandCall<[], WorkerOptions>): Promise<number> {
  const { shell, output, options } = call;
  const log = await operationalLog(shell);
  const store = await openStoreOption(shell, options.store, false, true);
  const observed = observations(shell.env, store, log);
  const tell = (event: string, team: string, detail: string) =>
    output.line(
      () => harmless(`${event} ${team}${detail ? `: ${detail}` : ''}`),
      () => ({ event, team, detail }),
    );
  const { runtime } = await leadingSession(call, store);
  const deaf = new AbortController();
  let why = '';
  const host = startHost({
    runtime,
    ...(options.teams === undefined ? {} : { teamsMax: options.teams }),
    onTaken: (team) => {
      observed.begin(team);
      tell('taken', team, '');
    },
    onEnded: (team, { status, reason }) => {
      observed.leave(team);
      tell('ended', team, `${status}, ${reason}`);
    },
    onLost: (team) => {
      observed.leave(team);
      tell('lost', team, 'another leads it now');
    },
    onFailed: (team, error) => {
      observed.leave(team, error);
      tell('failed', team, error.message.split('\n', 1)[0]!);
    },
    onPassedOver: (problem) =>
      output.note(harmless(`what another program wrote is passed over: ${problem}`)),
    onDeaf: ({ message }) => {
      why = message;
      deaf.abort();
    },
  });
  output.note(`working on ${store.url}; Ctrl-C stops, and every team can be taken by another`);
  await aborted(AbortSignal.any([shell.interruption(), deaf.signal]));
  if (deaf.signal.aborted) output.note(harmless(`no team is heard of any more: ${why}`));
  await host.close();
  await observed.close();
  await store.close();
  // So that whoever watches over it starts another.
  return deaf.signal.aborted ? EXIT.failed : EXIT.done;
}
