/** What a person wishes of a fork, checked before anything is written. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import type { ForkWish } from '../actors/fork.ts';
import type { Runtime } from '../actors/runtime.ts';
import { teamId } from '../events/ids.ts';
import type { WrittenAnswer } from '../events/words/fork.ts';
import type { Limits } from '../events/words/team.ts';
import { patterns } from '../machines/patterns/index.ts';
import { BadUsage } from './bad-usage.ts';
import { pathIn, type Shell } from './shell.ts';

export interface ForkOptions {
  at: number;
  model?: string;
  rounds?: number;
  budgetTokens?: number;
  budgetUsd?: number;
  workspace?: string;
  team?: string;
}

/** What is wished for, checked before anything is written. Throws `BadUsage`. */
export async function forkWish(
  shell: Shell,
  reader: Runtime,
  origin: string,
  options: ForkOptions,
  answer: WrittenAnswer | undefined,
): Promise<ForkWish> {
  const { at, model, rounds, team } = options;
  const head = (await reader.team(origin).state()).revision;
  if (at > head) throw new BadUsage(`--at ${at}: the last revision of team ${origin} is ${head}`);
  if (team !== undefined) teamId(team);
  const { formed } = await reader.team(origin).state({ at });
  const labels = formed?.labels ?? {};
  checkRounds(labels['pattern'], rounds);
  return {
    origin,
    at,
    ...(team === undefined ? {} : { team }),
    ...(model === undefined ? {} : { model }),
    ...(rounds === undefined ? {} : { rounds }),
    limits: limitsOf(options),
    labels: workspaceLabels(shell, options, labels),
    ...(answer === undefined ? {} : { answer }),
  };
}

function limitsOf({
  budgetTokens,
  budgetUsd,
}: Pick<ForkOptions, 'budgetTokens' | 'budgetUsd'>): Partial<Limits> {
  return {
    ...(budgetTokens === undefined ? {} : { tokens: budgetTokens }),
    ...(budgetUsd === undefined ? {} : { usd: budgetUsd }),
  };
}

function checkRounds(pattern: string | undefined, rounds: number | undefined): void {
  if (rounds === undefined || pattern === undefined) return;
  const limits = Object.hasOwn(patterns, pattern) ? patterns[pattern]!.limits : undefined;
  if (limits && !('rounds' in limits.shape))
    throw new BadUsage(`${pattern} knows no rounds; leave --rounds away`);
  const parsed = limits?.safeParse({ rounds });
  if (parsed && !parsed.success)
    throw new BadUsage(`--rounds ${rounds}: ${parsed.error.issues[0]?.message}`);
}

/** A fork never works in the origin's folder: it has one of its own, or may not write. */
function workspaceLabels(
  shell: Shell,
  { workspace }: Pick<ForkOptions, 'workspace'>,
  labels: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  if (workspace === undefined) return { write: undefined, commands: undefined };
  if (labels['workspace'] === undefined)
    throw new BadUsage('--workspace: the origin works in no folder; leave it away');
  const path = pathIn(shell, workspace);
  if (path === labels['workspace'])
    throw new BadUsage(`--workspace ${workspace}: that is the origin's; give a folder of its own`);
  if (existsSync(path) && (!statSync(path).isDirectory() || readdirSync(path).length > 0))
    throw new BadUsage(`--workspace ${workspace}: give an empty folder, or one to be made`);
  return { workspace: path };
}
