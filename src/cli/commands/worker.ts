/** `horde worker`: leads teams that nobody leads, until it is told to stop. */
import { startHost } from '../../actors/lead/host.ts';
import { EXIT } from '../bad-usage.ts';
import { interrupted } from '../interruption.ts';
import { observations, operationalLog } from '../observation.ts';
import { createOutput, harmless } from '../output.ts';
import { leadingSession } from '../session.ts';
import { openStoreOption } from '../store-option.ts';

export async function worker(options: {
  store?: string;
  json?: boolean;
  teams?: number;
}): Promise<number> {
  const output = createOutput(options.json ?? false);
  const log = await operationalLog();
  const store = await openStoreOption(options.store);
  const observed = observations(store, log);
  const tell = (event: string, team: string, detail: string) =>
    output.line(
      () => harmless(`${event} ${team}${detail ? `: ${detail}` : ''}`),
      () => ({ event, team, detail }),
    );
  const { runtime } = await leadingSession(store, output);
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
  });
  output.note(`working on ${store.url}; Ctrl-C stops, and every team can be taken by another`);
  await interrupted();
  await host.close();
  await observed.close();
  await store.close();
  return EXIT.done;
}
