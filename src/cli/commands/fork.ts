/** `horde fork`: a new team that shares a team's past up to a revision, and goes on from there. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ForkRefused, type ForkWish } from '../../actors/fork.ts';
import type { Runtime } from '../../actors/runtime.ts';
import type { JsonObject } from '../../events/event.ts';
import { teamId } from '../../events/ids.ts';
import type { WrittenAnswer } from '../../events/words/fork.ts';
import type { Limits } from '../../events/words/team.ts';
import { rebuildWorkspace } from '../../hands/tools/rebuilt-workspace.ts';
import { patterns } from '../../machines/patterns/index.ts';
import { forkView } from '../../projections/fork/fork-view.ts';
import { BadUsage } from '../bad-usage.ts';
import { leadToEnd, type Summary } from '../lead.ts';
import { modelClient, rehearsalOf } from '../model-access.ts';
import { createOutput, type Output } from '../output.ts';
import { type Progress, showProgress } from '../progress.ts';
import { leadingSession } from '../session.ts';
import { knownTeam, openStoreOption } from '../store-option.ts';
import { printSummary } from './run.ts';

export interface ForkOptions {
  store?: string;
  json?: boolean;
  at: number;
  model?: string;
  rounds?: number;
  budgetTokens?: number;
  budgetUsd?: number;
  answer?: string;
  answerOf?: string;
  workspace?: string;
  team?: string;
}

/** What `run` prints, and where the past comes from. */
interface ForkSummary extends Summary {
  origin: { team: string; revision: number };
  /** Answers that were taken over from the origin, at no cost. */
  reused: number;
  /** Of the team's own since the fork; `tokens` of the summary hold the shared past too. */
  spent: { tokens: number; usd: number; modelCalls: number };
}

export async function fork(name: string, options: ForkOptions): Promise<number> {
  const output = createOutput(options.json ?? false);
  const answer = writtenAnswer(options);
  const store = await openStoreOption(options.store, true);
  let progress: Progress | undefined;
  const { runtime } = await leadingSession(store, output, (_, actor, text) =>
    progress?.spoken(actor, text),
  );
  try {
    const origin = await knownTeam(runtime, name);
    const wish = await forkWish(runtime, origin, options, answer);
    const { formed } = await runtime.team(origin).state({ at: options.at });
    // Without a model to ask, nothing is begun.
    await modelClient(rehearsalOf(formed?.labels ?? {}));
    const { team, origin: from } = await runtime.fork(wish);
    if (from.revision !== options.at)
      output.note(
        `revision ${options.at} lies within a turn; forking at ${from.revision}, the end of the turn before`,
      );
    await rebuilt(runtime, team, options, output);
    output.note(`team ${team} goes on from revision ${from.revision} of team ${origin}`);
    const handle = await runtime.resume(team);
    progress = showProgress(runtime, handle.id, output, formed?.limits.tokens);
    const led = await leadToEnd(runtime, handle, output, progress);
    const summary = await forkSummary(runtime, led.summary);
    if (output.json)
      output.result(
        () => '',
        () => summary,
      );
    else printSummary(output, summary);
    output.note(closing(summary));
    return led.exit;
  } catch (error) {
    if (error instanceof ForkRefused || error instanceof RangeError)
      throw new BadUsage(error.message);
    throw error;
  } finally {
    progress?.close();
    await runtime.close();
    await store.close();
  }
}

/** What is wished for, checked before anything is written. Throws `BadUsage`. */
export async function forkWish(
  reader: Runtime,
  origin: string,
  options: Omit<ForkOptions, 'answer' | 'answerOf'>,
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
    labels: workspaceLabels(options, labels),
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
  { workspace }: Pick<ForkOptions, 'workspace'>,
  labels: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  if (workspace === undefined) return { write: undefined, commands: undefined };
  if (labels['workspace'] === undefined)
    throw new BadUsage('--workspace: the origin works in no folder; leave it away');
  const path = resolve(workspace);
  if (path === labels['workspace'])
    throw new BadUsage(`--workspace ${workspace}: that is the origin's; give a folder of its own`);
  if (existsSync(path) && (!statSync(path).isDirectory() || readdirSync(path).length > 0))
    throw new BadUsage(`--workspace ${workspace}: give an empty folder, or one to be made`);
  return { workspace: path };
}

async function rebuilt(reader: Runtime, team: string, options: ForkOptions, output: Output) {
  if (options.workspace === undefined) return;
  const path = resolve(options.workspace);
  const written = await rebuildWorkspace(reader.team(team).events(), path);
  output.note(
    `${path}: ${written.length} recorded files rebuilt; what stood there before the team began is not recorded`,
  );
}

async function forkSummary(reader: Runtime, summary: Summary): Promise<ForkSummary> {
  const { origin, reused, spent, modelCalls } = await reader.team(summary.team).view(forkView);
  return { ...summary, origin: origin!, reused, spent: { ...spent, modelCalls } };
}

const closing = ({ origin, reused, spent }: ForkSummary): string =>
  `since revision ${origin.revision} of team ${origin.team}: ${reused} answers reused, ` +
  `${spent.modelCalls} model calls, ${spent.tokens} tokens${spent.usd > 0 ? `, $${spent.usd.toFixed(4)}` : ''}`;

// ---- the written answer

function writtenAnswer({ answer, answerOf: actor }: ForkOptions): WrittenAnswer | undefined {
  if (answer === undefined) {
    if (actor !== undefined) throw new BadUsage('--answer-of belongs to an answer: add --answer');
    return undefined;
  }
  return answerOf(readAnswer(answer), actor, `--answer ${answer}`);
}

/** Content blocks as JSON (a list, or an object with `content`), else plain text; `where` it was given. */
export function answerOf(text: string, actor: string | undefined, where: string): WrittenAnswer {
  const blocks = blocksOf(text) ?? [{ type: 'text', text }];
  for (const [i, block] of blocks.entries()) checkBlock(where, block, i);
  const content = blocks.map((block, i) =>
    block['type'] === 'tool_use' ? { id: `toolu_written_${i}`, ...block } : block,
  );
  const stopReason = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  return { ...(actor === undefined ? {} : { actor }), content, stopReason };
}

function readAnswer(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new BadUsage(
      `--answer ${file}: it cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

function blocksOf(text: string): JsonObject[] | undefined {
  try {
    const parsed = JSON.parse(text) as unknown;
    const list = Array.isArray(parsed) ? parsed : (parsed as { content?: unknown } | null)?.content;
    return Array.isArray(list) ? (list as JsonObject[]) : undefined;
  } catch {
    return undefined;
  }
}

function checkBlock(where: string, block: JsonObject | null, index: number): void {
  const { type, text, name, input } = block ?? {};
  const isText = type === 'text' && typeof text === 'string' && text.trim() !== '';
  const isUse = type === 'tool_use' && typeof name === 'string' && isObject(input);
  if (isText || isUse) return;
  throw new BadUsage(
    `${where}: block ${index} is neither {"type":"text","text":…} nor {"type":"tool_use","name":…,"input":{…}}`,
  );
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
