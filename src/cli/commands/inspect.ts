/**
 * `horde inspect`: a team in the protocol of the Stately inspector; one message a line, or by WebSocket to an
 * inspector on this machine.
 */

import { hordeMachines } from '../../machines/index.ts';
import { createInspection } from '../../telemetry/inspector/inspection.ts';
import type { InspectorLink } from '../../telemetry/inspector/inspector-link.ts';
import type { InspectorFeed } from '../../telemetry/inspector/inspector-link-feed.ts';
import { BadUsage, EXIT } from '../bad-usage.ts';
import { type Command, type CommandCall, option } from '../command.ts';
import { wholeNumber } from '../numbers.ts';
import { type Reading, type ReadingOptions, reading } from '../reading.ts';

export interface InspectOptions extends ReadingOptions {
  follow?: boolean;
  /** A relay to connect to. */
  to?: string;
  /** Where inspectors may connect. */
  port?: number;
}

export default {
  options: [
    option('--follow', 'wait for more until the team has ended'),
    option('--to <url>', 'send them to an inspector on this machine: ws://127.0.0.1:8080'),
    option('--port <n>', 'let inspectors connect to 127.0.0.1', wholeNumber('--port', 0, 65_535)),
  ],
  action: inspect,
} satisfies Command<[team: string], InspectOptions>;

function inspect(call: CommandCall<[team: string], InspectOptions>): Promise<number> {
  const { options } = call;
  if (options.to !== undefined && options.port !== undefined)
    throw new BadUsage('--to connects to an inspector, --port waits for one: give one of them');
  return reading(call, async (team) => {
    const interruption = team.shell.interruption();
    if (options.to !== undefined) return sendTo(options.to, team, options, interruption);
    if (options.port !== undefined) return serve(options.port, team, options, interruption);
    return print(team, options, AbortSignal.any([interruption, team.output.out.ended]));
  });
}

const inspection = () =>
  createInspection((machine) => {
    const known = Object.hasOwn(hordeMachines, machine) ? hordeMachines[machine] : undefined;
    return known && JSON.stringify(known.machine.config);
  });

async function print(
  { team, output }: Reading,
  { follow = false }: InspectOptions,
  signal: AbortSignal,
): Promise<number> {
  const inspected = inspection();
  for await (const event of team.events({ from: 0, follow, signal })) {
    if (signal.aborted) break;
    for (const message of inspected(event))
      output.line(
        () => JSON.stringify(message),
        () => message,
      );
  }
  return EXIT.done;
}

async function sendTo(
  url: string,
  reading: Reading,
  options: InspectOptions,
  signal: AbortSignal,
): Promise<number> {
  const { inspectorAt } = await import('../../telemetry/inspector/inspector-link.ts');
  const { team, output } = reading;
  const told = await recalled(reading);
  let link: InspectorLink;
  try {
    const onTrouble = (message: string) => output.note(`horde: ${message}; trying again`);
    link = inspectorAt(url, told.feed, { onTrouble });
  } catch (error) {
    throw new BadUsage(`--to ${(error as Error).message}`);
  }
  try {
    if (options.follow) await followed(told, reading, signal);
  } finally {
    await link.end().catch(({ message }: Error) => {
      throw new Error(
        `no inspector took the messages (${message}); start one, or wait for one with: horde inspect ${team.id} --port 8080`,
      );
    });
  }
  output.result(
    () => `${link.sent} messages of team ${team.id} sent to ${url}`,
    () => ({ team: team.id, url, messages: link.sent }),
  );
  return EXIT.done;
}

/** Inspectors come and go until the command is interrupted. */
async function serve(
  port: number,
  reading: Reading,
  options: InspectOptions,
  signal: AbortSignal,
): Promise<number> {
  const { serveInspectors } = await import('../../telemetry/inspector/inspector-link.ts');
  const { team, output } = reading;
  const told = await recalled(reading);
  const server = await serveInspectors(port, told.feed).catch((error: NodeJS.ErrnoException) => {
    throw new BadUsage(`--port ${port}: ${error.code ?? error.message}; take another`);
  });
  output.line(
    () => `team ${team.id} for inspectors on ${server.url}; Ctrl-C ends it`,
    () => ({ team: team.id, url: server.url }),
  );
  if (options.follow) await followed(told, reading, signal);
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await server.end();
  return EXIT.done;
}

interface Told {
  feed: InspectorFeed;
  inspected: ReturnType<typeof inspection>;
  /** The first revision that is not told yet. */
  next: number;
}

/** What stands in the stream by now. */
async function recalled({ team }: Reading): Promise<Told> {
  const { InspectorFeed } = await import('../../telemetry/inspector/inspector-link-feed.ts');
  const feed = new InspectorFeed();
  const inspected = inspection();
  let next = 0;
  for await (const event of team.events({ from: 0 })) {
    feed.recall(inspected(event));
    next = event.revision + 1;
  }
  return { feed, inspected, next };
}

/** What comes to it, until the team has ended. */
async function followed({ feed, inspected, next }: Told, { team }: Reading, signal: AbortSignal) {
  // From the last one that is known: that it was the end is seen there alone.
  const from = Math.max(0, next - 1);
  for await (const event of team.events({ from, follow: true, signal })) {
    if (signal.aborted) return;
    if (event.revision >= next) feed.tell(inspected(event));
  }
}
