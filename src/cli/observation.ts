/**
 * What watches over a team while it is led from here: the live export, when a collector is named, and the operational
 * log, when it is asked for. Neither is part of the run: what goes wrong with them is said and changes nothing.
 */

import type { TeamId } from '../events/ids.ts';
import type { EventStore } from '../events/store.ts';
import type { LiveExport } from '../telemetry/live/live-export.ts';
import type { Following, ProcessLog } from '../telemetry/process-log/process-log.ts';
import { BadUsage } from './bad-usage.ts';
import { pathIn, type Shell } from './shell.ts';

interface Observation {
  /** Sends what is left. Gives what there is to say of it, for people. */
  end(): Promise<string | undefined>;
}

/** Loads neither the export nor pino where nobody asks for them. */
export async function observe(
  env: Shell['env'],
  store: EventStore,
  team: TeamId,
  log: ProcessLog | undefined,
): Promise<Observation> {
  const following = log?.follow(store, team);
  const sending = namesCollector(env) ? await exporting(env, store, team, log) : undefined;
  return { end: () => ended(following, sending, log, team) };
}

/** The observations of all teams that a worker leads. */
interface Observations {
  begin(team: TeamId): void;
  /** The team is not led from here any more; `error`: it could not be. */
  leave(team: TeamId, error?: Error): void;
  /** Waits until everything has been sent. */
  close(): Promise<void>;
}

export function observations(
  env: Shell['env'],
  store: EventStore,
  log: ProcessLog | undefined,
): Observations {
  const open = new Map<TeamId, Promise<Observation>>();
  const ending = new Set<Promise<unknown>>();
  const end = (observation: Promise<Observation>) => {
    const ended = observation
      .then((one) => one.end())
      .catch(({ message }: Error) =>
        log?.tell('error', 'a team is not observed', { detail: message }),
      )
      .finally(() => ending.delete(ended));
    ending.add(ended);
  };
  return {
    begin: (team) => void open.set(team, observe(env, store, team, log)),
    leave(team, error) {
      if (error) log?.tell('error', 'the team cannot be led', { team, detail: error.message });
      const observation = open.get(team);
      open.delete(team);
      if (observation) end(observation);
    },
    async close() {
      for (const observation of open.values()) end(observation);
      open.clear();
      await Promise.all(ending);
    },
  };
}

/** The log that `HORDE_LOG` asks for. Throws `BadUsage` when it cannot be understood. */
export async function operationalLog(shell: Shell): Promise<ProcessLog | undefined> {
  const wanted = shell.env['HORDE_LOG'];
  if (!wanted) return undefined;
  const { openProcessLog } = await import('../telemetry/process-log/process-log.ts');
  const [level, file] = wanted.split(/:(.*)/s);
  try {
    const env = { ...shell.env, HORDE_LOG: file ? `${level}:${pathIn(shell, file)}` : wanted };
    return await openProcessLog(env, (error) => tellOnce(shell, error));
  } catch (error) {
    throw new BadUsage((error as Error).message);
  }
}

/** Shells whose person knows that the log takes nothing more. */
const told = new WeakSet<Shell>();

function tellOnce(shell: Shell, { message }: Error): void {
  if (told.has(shell)) return;
  told.add(shell);
  shell.stderr.write(`horde: HORDE_LOG cannot be written (${message}); the work goes on\n`);
}

const namesCollector = (env: Shell['env']): boolean =>
  Object.entries(env).some(([name, value]) => ENDPOINT.test(name) && Boolean(value));
const ENDPOINT = /^OTEL_EXPORTER_OTLP_(.+_)?ENDPOINT$/;

async function exporting(
  env: Shell['env'],
  store: EventStore,
  team: TeamId,
  log: ProcessLog | undefined,
): Promise<LiveExport | undefined> {
  const { startLiveExport } = await import('../telemetry/live/live-export.ts');
  return startLiveExport({
    env,
    store,
    team,
    onTrouble: ({ message }) =>
      log?.tell('warn', 'telemetry was not taken', { team, detail: message }),
  });
}

async function ended(
  following: Following | undefined,
  sending: LiveExport | undefined,
  log: ProcessLog | undefined,
  team: TeamId,
): Promise<string | undefined> {
  const sent = await sending?.end();
  await following?.end();
  if (!sent) return undefined;
  const { spans, records, endpoints, refused, unsent } = sent;
  log?.tell(unsent ? 'warn' : 'info', 'telemetry ended', { team, spans, records, unsent });
  if (unsent !== undefined) return `not all of the trace was sent: ${unsent}`;
  const aside = refused.length > 0 ? `; ${refused.join(', ')}` : '';
  return endpoints.length === 0
    ? undefined
    : `${spans} spans and ${records} log records sent to ${endpoints.join(', ')}${aside}`;
}
