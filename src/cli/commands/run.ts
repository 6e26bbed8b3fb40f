/** `horde run`: forms a team for a request and works until it dissolves. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Runtime } from '../../actors/runtime.ts';
import { teamId } from '../../events/ids.ts';
import type { EventStore } from '../../events/store.ts';
import { renderReport } from '../../projections/report/report-markdown.ts';
import { BadUsage, EXIT } from '../bad-usage.ts';
import { agentsByRole, openCatalog } from '../catalog-option.ts';
import { checkWish, chooseOffline, chooseWell, planOf, type RunWish } from '../choosing.ts';
import { interrupted } from '../interruption.ts';
import { leadToEnd, type Summary, summarize } from '../lead.ts';
import {
  hasModelAccess,
  type RehearsalChoice,
  rehearsalLabels,
  THREE_WAYS,
} from '../model-access.ts';
import { createOutput, harmless, type Output } from '../output.ts';
import { type Progress, showProgress } from '../progress.ts';
import { requestOf } from '../request.ts';
import { whyLine } from '../selection-text.ts';
import { formingSession, leadingSession } from '../session.ts';
import { openStoreOption } from '../store-option.ts';
import type { Page } from './ui.ts';

export interface RunOptions {
  store?: string;
  json?: boolean;
  file?: string[];
  pattern?: string;
  agent?: string[];
  catalog?: string[];
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
  allowSwarms?: boolean;
  /** A person may be asked from any terminal. */
  people?: boolean;
  synthesis?: boolean;
  team?: string;
  workflow?: string;
  detach?: boolean;
  /** Serve the page meanwhile. */
  ui?: boolean;
  port?: number;
  open?: boolean;
  /** The page stays when the team has ended; default: on a terminal. */
  stay?: boolean;
}

export async function run(words: string[], options: RunOptions): Promise<number> {
  const output = createOutput(options.json ?? false);
  if (options.team !== undefined) checkTeamId(options.team);
  const asked = requestOf(words, options.file ?? []);
  const rehearsal = rehearsalOption(options);
  if (!rehearsal && !options.detach && !hasModelAccess()) throw new BadUsage(THREE_WAYS);
  const labels = {
    ...rehearsalLabels(rehearsal),
    ...workspaceLabels(options),
    ...(options.allowSwarms ? { swarms: 'yes' } : {}),
    ...(options.people ? { people: 'yes' } : {}),
  };
  checkPage(options);
  if (options.allowCommands && !options.people && !process.stdin.isTTY)
    output.note('nobody can approve commands here, so none is run: add --people');
  const catalog = openCatalog(options, output);
  const agents = agentsByRole(options.agent ?? [], catalog);
  const wish: RunWish = { ...asked, agents, options, catalog, labels };
  // Whatever does not fit is said before anything is opened or spent.
  checkWish(wish);
  const store = await openStoreOption(options.store);
  let page: Page | undefined;
  try {
    if (options.detach) return await handIn(wish, await chooseOffline(wish), store, output);
    let progress: Progress | undefined;
    const session = await leadingSession(store, output, (of, actor, text) => {
      progress?.spoken(actor, text);
      page?.spoken(of, actor, text);
    });
    const { runtime } = session;
    const before = await labelsOf(runtime, options.team);
    const chosen =
      before || options.workflow ? await chooseOffline(wish) : await chooseWell(wish, output);
    if (options.ui) page = await (await import('./ui.ts')).openPage(runtime, output, options);
    const tools = session.toolsOf(before ?? labels);
    const team = await runtime.start(planOf(wish, chosen, tools));
    if (!before && options.workflow === undefined) {
      output.note(whyLine(chosen));
      if (chosen.pattern === 'nested-swarm' && !options.allowSwarms)
        output.note('its agents have no sub-agents: grant them with --allow-swarms');
    }
    output.note(
      `team ${team.id} (${before?.['pattern'] ?? options.workflow ?? chosen.pattern})${rehearsal ? ', a rehearsal: no model is asked' : ''}`,
    );
    if (page) output.note(`watch it at ${page.urlOf(team.id)}`);
    progress = showProgress(runtime, team.id, output, options.budgetTokens);
    const { summary, exit } = await leadToEnd(runtime, team, output, progress);
    printSummary(output, summary);
    if (page && exit !== EXIT.interrupted && (options.stay ?? (output.terminal && !output.json))) {
      output.note(`the page stays at ${page.urlOf(team.id)}; Ctrl-C ends it`);
      await interrupted();
    }
    await page?.close();
    page = undefined;
    await runtime.close();
    return exit;
  } finally {
    await page?.close();
    await store.close();
  }
}

/** Forms the team and leaves it to a worker. */
async function handIn(
  wish: RunWish,
  chosen: Parameters<typeof planOf>[1],
  store: EventStore,
  output: Output,
): Promise<number> {
  const { runtime, toolsOf } = formingSession(store, output);
  const team = await runtime.submit(planOf(wish, chosen, toolsOf(wish.labels)));
  const summary = await summarize(team, false);
  output.result(
    () =>
      `team ${team.id} (${summary.pattern}) is handed in; "horde worker" leads it, "horde log ${team.id} --follow" shows it`,
    () => summary,
  );
  await runtime.close();
  return EXIT.done;
}

/** A team that exists already goes on with what it was formed with. */
async function labelsOf(
  reader: Runtime,
  team: string | undefined,
): Promise<Record<string, string> | undefined> {
  if (team === undefined) return undefined;
  if (!(await reader.teams()).includes(teamId(team))) return undefined;
  for await (const { data } of reader.team(team).events())
    return data['labels'] as Record<string, string>;
  return undefined;
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
