/** What is wished for of a run, checked before anything is opened or spent. Throws `BadUsage`. */
import { statSync } from 'node:fs';
import { teamId } from '../events/ids.ts';
import { defaultModel, reach, waysToModel } from '../hands/model/providers.ts';
import { rehearsalLabels } from '../hands/model/rehearsal/rehearsal-provider.ts';
import { BadUsage } from './bad-usage.ts';
import { castWish, openCatalog } from './catalog-option.ts';
import type { RunWish } from './choosing.ts';
import type { Site } from './command.ts';
import { requestOf } from './request.ts';
import type { RunOptions } from './run-options.ts';
import { pathIn, type Shell } from './shell.ts';

export async function runWish(
  site: Site,
  words: readonly string[],
  options: RunOptions,
): Promise<RunWish> {
  const { shell, output, own } = site;
  if (options.team !== undefined) checkTeamId(options.team);
  const asked = await requestOf(shell, words, options.file ?? []);
  const labels = {
    ...rehearsalOption(options),
    ...workspaceLabels(shell, options),
    ...(options.allowSwarms ? { swarms: 'yes' } : {}),
    ...(options.people ? { people: 'yes' } : {}),
  };
  const access = reach({ env: shell.env, labels });
  if (!access && !options.detach) throw new BadUsage(waysToModel());
  if (access?.problem && !options.detach) throw new BadUsage(access.problem);
  const model = options.model ?? access?.provider.defaultModel ?? defaultModel;
  checkPage(options);
  if (options.allowCommands && !options.people && !shell.stdin.isTTY)
    output.note('nobody can approve commands here, so none is run: add --people');
  const catalog = openCatalog(site, options);
  return { ...asked, ...castWish(options, catalog), options, model, catalog, labels, own };
}

function checkTeamId(text: string): void {
  try {
    teamId(text);
  } catch (error) {
    throw new BadUsage(`--team: ${(error as Error).message}`);
  }
}

function checkPage({ ui, port, open, stay, detach }: RunOptions): void {
  if (ui && detach)
    throw new BadUsage(
      '--ui shows what is led here, and --detach leaves it to a worker: use "horde ui" beside it',
    );
  if (!ui && (port !== undefined || open || stay !== undefined))
    throw new BadUsage('--port, --open and --stay belong to the page: add --ui');
}

function rehearsalOption({
  rehearse,
  seed,
  latency,
  failures,
}: RunOptions): Record<string, string> {
  if (!rehearse) {
    if (seed !== undefined || latency !== undefined || failures !== undefined) {
      throw new BadUsage('--seed, --latency and --failures belong to a rehearsal: add --rehearse');
    }
    return {};
  }
  return rehearsalLabels({
    seed: seed ?? 1,
    latencyMs: latency ?? 0,
    failureRate: failures ?? 0,
  });
}

function workspaceLabels(
  shell: Shell,
  { workspace, allowWrite, allowCommands }: RunOptions,
): Record<string, string> {
  if (workspace === undefined) {
    if (allowWrite || allowCommands)
      throw new BadUsage('--allow-write and --allow-commands need a --workspace DIR');
    return {};
  }
  const path = pathIn(shell, workspace);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BadUsage(`--workspace ${workspace}: there is no such folder; make it first`);
  }
  return {
    workspace: path,
    ...(allowWrite ? { write: 'yes' } : {}),
    ...(allowCommands ? { commands: 'yes' } : {}),
  };
}
