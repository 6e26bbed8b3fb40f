/** `horde export`: a team as one HTML file with all its events, to keep or to send on; it needs no server. */

import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { hordeMachines } from '../../machines/index.ts';
import { drawingOf } from '../../visualizer/server/chart-drawing.ts';
import { exportedFile } from '../../visualizer/server/exported-file.ts';
import { pageFiles } from '../../visualizer/server/page-files.ts';
import { TeamReading } from '../../visualizer/server/team-reading.ts';
import { BadUsage, EXIT } from '../bad-usage.ts';
import { type Command, type CommandCall, option } from '../command.ts';
import { type ReadingOptions, reading } from '../reading.ts';
import { pathIn } from '../shell.ts';

export interface ExportPageOptions extends ReadingOptions {
  output?: string;
  force?: boolean;
}

export default {
  options: [
    option('--output <file>', 'where to (default: TEAM.html here; - for standard output)'),
    option('--force', 'overwrite a file that is there'),
  ],
  action: exportPage,
} satisfies Command<[team: string], ExportPageOptions>;

function exportPage(call: CommandCall<[team: string], ExportPageOptions>): Promise<number> {
  const { options } = call;
  return reading(call, async ({ shell, runtime, team, output }) => {
    const file = options.output ?? `${team.id}.html`;
    if (file === '-' && output.json)
      throw new BadUsage('--output - and --json both want standard output: give one of them');
    const page = await pageFiles();
    let events = 0;
    const written = exportedFile(
      team.id,
      {
        reading: new TeamReading(runtime),
        chart,
        now: Date.now,
        onEvents: (count) => {
          events += count;
        },
      },
      page,
    );
    if (file === '-') {
      for await (const part of written) {
        if (output.out.ended.aborted) break;
        await output.out.write(part);
      }
      return EXIT.done;
    }
    const bytes = await writeFile(file, pathIn(shell, file), written, options.force ?? false);
    output.result(
      () => `${file}: ${events} events of team ${team.id}, ${bytes} bytes; open it in any browser`,
      () => ({ team: team.id, file, bytes, events }),
    );
    return EXIT.done;
  });
}

const chart = async (name: string) =>
  Object.hasOwn(hordeMachines, name) ? drawingOf(name, hordeMachines[name]!.machine) : undefined;

async function writeFile(
  file: string,
  path: string,
  parts: AsyncIterable<string>,
  isForced: boolean,
): Promise<number> {
  const out = createWriteStream(path, { flags: isForced ? 'w' : 'wx', mode: 0o600 });
  await once(out, 'open').catch((error) => {
    throw new BadUsage(whyNot(file, error));
  });
  try {
    const bytes = await writeTo(out, parts);
    out.end();
    await once(out, 'close');
    return bytes;
  } catch (error) {
    // Half a team is none.
    out.destroy();
    rmSync(path, { force: true });
    if ((error as NodeJS.ErrnoException).syscall !== 'write') throw error;
    throw new BadUsage(whyNot(file, error as NodeJS.ErrnoException));
  }
}

/** In the pace of whoever takes it. */
async function writeTo(out: NodeJS.WritableStream, parts: AsyncIterable<string>): Promise<number> {
  let bytes = 0;
  for await (const part of parts) {
    bytes += Buffer.byteLength(part);
    if (!out.write(part)) await once(out, 'drain');
  }
  return bytes;
}

function whyNot(file: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EEXIST')
    return `--output ${file}: there is one already; add --force, or name another`;
  return `--output ${file}: it cannot be written (${code ?? message})`;
}
