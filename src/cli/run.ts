/** `horde run`: forms a team for a request and works until it dissolves. */
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { defaultModel } from '../actors/model/prices.ts';
import { teamId } from '../events/ids.ts';
import type { Limits } from '../events/vocabulary/team.ts';
import { formTeam, patternOf, type TeamPlan } from '../planning/formation.ts';
import { renderReport } from '../projections/report-markdown.ts';
import { BadUsage } from './bad-usage.ts';
import { leadToEnd, type Summary } from './lead.ts';
import {
  hasModelAccess,
  type RehearsalChoice,
  rehearsalLabels,
  THREE_WAYS,
} from './model-access.ts';
import { createOutput, harmless, type Output } from './output.ts';
import { type Progress, showProgress } from './progress.ts';
import { leadingRuntime, readingRuntime } from './session.ts';
import { openStoreOption } from './store-option.ts';

export interface RunOptions {
  store?: string;
  json?: boolean;
  file?: string[];
  pattern?: string;
  agent?: string[];
  model?: string;
  rehearse?: boolean;
  seed?: number;
  latency?: number;
  failures?: number;
  budgetTokens?: number;
  budgetUsd?: number;
  rounds?: number;
  timeout?: number;
  workspace?: string;
  allowWrite?: boolean;
  allowCommands?: boolean;
  synthesis?: boolean;
  team?: string;
}

/** Material beyond this does not fit into one event beside everything else. */
const MATERIAL_MAX = 700_000;

export async function run(words: string[], options: RunOptions): Promise<number> {
  const output = createOutput(options.json ?? false);
  if (options.team !== undefined) checkTeamId(options.team);
  const { request, materials } = requestOf(words, options.file ?? []);
  const rehearsal = rehearsalOption(options);
  if (!rehearsal && !hasModelAccess()) throw new BadUsage(THREE_WAYS);
  const labels = { ...rehearsalLabels(rehearsal), ...workspaceLabels(options) };
  const draft = plan(request, materials, options, labels, []);
  const store = await openStoreOption(options.store);
  try {
    let progress: Progress | undefined;
    const session = await leadingRuntime(
      store,
      await labelsOf(store, options.team, labels),
      output,
      (_, actor, text) => progress?.spoken(actor, text),
    );
    const team = await session.runtime.start({
      ...draft,
      ...plan(request, materials, options, labels, session.tools),
    });
    output.note(
      `team ${team.id} (${draft.labels['pattern']})${rehearsal ? ', a rehearsal: no model is asked' : ''}`,
    );
    progress = showProgress(session.runtime, team.id, output, options.budgetTokens);
    const { summary, exit } = await leadToEnd(session.runtime, team, output, progress);
    printSummary(output, summary);
    await session.runtime.close();
    return exit;
  } finally {
    await store.close();
  }
}

/** A team that exists already goes on with what it was formed with. */
async function labelsOf(
  store: Awaited<ReturnType<typeof openStoreOption>>,
  team: string | undefined,
  labels: Record<string, string>,
) {
  if (team === undefined) return labels;
  const reader = readingRuntime(store);
  if (!(await reader.teams()).includes(teamId(team))) return labels;
  for await (const { data } of reader.team(team).events())
    return data['labels'] as Record<string, string>;
  return labels;
}

export function printSummary(output: Output, summary: Summary): void {
  output.result(
    () => harmless(`${renderReport(summary.report)}\n${closing(summary)}`),
    () => summary,
  );
}

function closing({ team, status, reason, tokens, usd, modelCalls, events }: Summary): string {
  const limit = tokens.limit === null ? '' : ` of ${tokens.limit}`;
  const money = usd > 0 ? `, $${usd.toFixed(4)}` : '';
  return `${status}: ${reason} · team ${team} · ${modelCalls} model calls, ${tokens.input + tokens.output} tokens${limit}${money} · ${events} events`;
}

function checkTeamId(text: string): void {
  try {
    teamId(text);
  } catch (error) {
    throw new BadUsage(`--team: ${(error as Error).message}`);
  }
}

function plan(
  request: string,
  materials: { name: string; text: string }[],
  options: RunOptions,
  labels: Record<string, string>,
  tools: Parameters<typeof formTeam>[0]['tools'] & object,
): TeamPlan {
  const { pattern = 'review-loop', rounds } = options;
  try {
    const hasRounds = rounds !== undefined && 'rounds' in patternOf(pattern).limits.shape;
    if (rounds !== undefined && !hasRounds)
      throw new RangeError(`${pattern} knows no rounds; leave --rounds away`);
    return formTeam({
      request,
      materials,
      pattern,
      agents: agentsByRole(options.agent ?? []),
      model: options.model ?? defaultModel,
      limits: limitsOf(options),
      ...(hasRounds ? { patternLimits: { rounds } } : {}),
      tools,
      labels,
      ...(options.synthesis === undefined ? {} : { synthesis: options.synthesis }),
      ...(options.team === undefined ? {} : { id: options.team }),
    });
  } catch (error) {
    if (error instanceof RangeError) throw new BadUsage(error.message);
    throw error;
  }
}

function limitsOf({ budgetTokens, budgetUsd, timeout }: RunOptions): Partial<Limits> {
  return {
    ...(budgetTokens === undefined ? {} : { tokens: budgetTokens }),
    ...(budgetUsd === undefined ? {} : { usd: budgetUsd }),
    ...(timeout === undefined ? {} : { timeMs: Math.round(timeout * 1000) }),
  };
}

function agentsByRole(pairs: readonly string[]): Record<string, string[]> {
  const byRole: Record<string, string[]> = {};
  for (const pair of pairs) {
    const [, role, type] = /^([a-z][a-z-]*)=([A-Za-z][\w:.-]*)$/.exec(pair) ?? [];
    if (!role || !type)
      throw new BadUsage(`--agent ${pair}: write ROLE=TYPE, like reviewer=security-auditor`);
    byRole[role] = [...(byRole[role] ?? []), type];
  }
  return byRole;
}

function rehearsalOption({
  rehearse,
  seed,
  latency,
  failures,
}: RunOptions): RehearsalChoice | undefined {
  if (!rehearse) {
    if (seed !== undefined || latency !== undefined || failures !== undefined) {
      throw new BadUsage('--seed, --latency and --failures belong to a rehearsal: add --rehearse');
    }
    return undefined;
  }
  return { seed: seed ?? 1, latencyMs: latency ?? 0, failureRate: failures ?? 0 };
}

function workspaceLabels({
  workspace,
  allowWrite,
  allowCommands,
}: RunOptions): Record<string, string> {
  if (workspace === undefined) {
    if (allowWrite || allowCommands)
      throw new BadUsage('--allow-write and --allow-commands need a --workspace DIR');
    return {};
  }
  const path = resolve(workspace);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BadUsage(`--workspace ${workspace}: there is no such folder; make it first`);
  }
  return {
    workspace: path,
    ...(allowWrite ? { write: 'yes' } : {}),
    ...(allowCommands ? { commands: 'yes' } : {}),
  };
}

/** The request in words, and the files with it; with files alone the first is the request. */
function requestOf(words: readonly string[], files: readonly string[]) {
  const materials = files.map(readMaterial);
  const text = words.join(' ').trim();
  const total = materials.reduce(
    (sum, material) => sum + Buffer.byteLength(material.text),
    Buffer.byteLength(text),
  );
  if (total > MATERIAL_MAX) {
    throw new BadUsage(
      `the request and its files have ${total} bytes; at most ${MATERIAL_MAX} fit: give a folder with --workspace instead`,
    );
  }
  if (text) return { request: text, materials };
  const [first, ...rest] = materials;
  if (!first || first.text.trim() === '') {
    throw new BadUsage('there is no request: say what the team shall do, or give it with --file');
  }
  return { request: first.text, materials: rest };
}

function readMaterial(file: string): { name: string; text: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'that is a folder; give it with --workspace'
          : `it cannot be read (${code})`;
    throw new BadUsage(`--file ${file}: ${why}`);
  }
  if (bytes.length > MATERIAL_MAX) {
    throw new BadUsage(
      `--file ${file}: ${bytes.length} bytes; at most ${MATERIAL_MAX} fit: give its folder with --workspace instead`,
    );
  }
  if (bytes.includes(0)) throw new BadUsage(`--file ${file}: it is not a text file`);
  return { name: file === '-' ? 'standard input' : basename(file), text: bytes.toString('utf8') };
}
