/** `horde fork`: a new team that shares a team's past up to a revision, and goes on from there. */
import { ForkRefused } from '../../actors/fork.ts';
import type { Runtime } from '../../actors/runtime.ts';
import { rebuildWorkspace } from '../../hands/tools/rebuilt-workspace.ts';
import { forkView } from '../../projections/fork/fork-view.ts';
import { BadUsage } from '../bad-usage.ts';
import { type Command, type CommandCall, option, required, type Site } from '../command.ts';
import { type ForkOptions, forkWish } from '../fork-wish.ts';
import { leadToEnd } from '../lead.ts';
import { modelClient } from '../model-access.ts';
import { positiveNumber, USD_MAX, wholeNumber } from '../numbers.ts';
import { type Progress, showProgress } from '../progress.ts';
import type { ReadingOptions } from '../reading.ts';
import { leadingSession } from '../session.ts';
import { pathIn } from '../shell.ts';
import { knownTeam, openStoreOption } from '../store-option.ts';
import { printSummary, type Summary } from '../summary.ts';
import { type AnswerOptions, answerOption } from '../written-answer.ts';

type ForkCall = CommandCall<[team: string], ForkOptions & AnswerOptions & ReadingOptions>;

export default {
  options: [
    required(option('--at <revision>', 'the last revision to share', wholeNumber('--at', 0))),
    option('--model <name>', 'ask this model from there on'),
    option('--rounds <n>', 'most rounds of the pattern in all', wholeNumber('--rounds', 1, 1000)),
    option(
      '--budget-tokens <n>',
      'most tokens in all, the shared past included',
      wholeNumber('--budget-tokens', 1),
    ),
    option('--budget-usd <x>', 'most dollars in all', positiveNumber('--budget-usd', USD_MAX)),
    option('--answer <file>', "text or content blocks, in place of the next model call's answer"),
    option('--answer-of <actor>', 'whose next call --answer is for'),
    option(
      '--workspace <dir>',
      'a new folder, rebuilt from recorded writes; else nothing is written',
    ),
    option('--team <id>', 'an id of yours'),
  ],
  action: fork,
} satisfies Command<ForkCall['words'], ForkCall['options']>;

/** What `run` prints, and where the past comes from. */
interface ForkSummary extends Summary {
  origin: { team: string; revision: number };
  /** Answers that were taken over from the origin, at no cost. */
  reused: number;
  /** Of the team's own since the fork; `tokens` of the summary hold the shared past too. */
  spent: { tokens: number; usd: number; modelCalls: number };
}

async function fork(call: ForkCall): Promise<number> {
  const {
    shell,
    output,
    words: [name],
    options,
  } = call;
  const answer = await answerOption(shell, options);
  const store = await openStoreOption(shell, options.store, true);
  let progress: Progress | undefined;
  const { runtime } = await leadingSession(call, store, (_, actor, text) =>
    progress?.spoken(actor, text),
  );
  try {
    const origin = await knownTeam(runtime, name);
    const wish = await forkWish(shell, runtime, origin, options, answer);
    const { formed } = await runtime.team(origin).state({ at: options.at });
    // Without a model to ask, nothing is begun.
    await modelClient(shell, formed?.labels ?? {});
    const { team, origin: from } = await runtime.fork(wish);
    if (from.revision !== options.at)
      output.note(
        `revision ${options.at} lies within a turn; forking at ${from.revision}, the end of the turn before`,
      );
    await rebuilt(call, runtime, team, options);
    output.note(`team ${team} goes on from revision ${from.revision} of team ${origin}`);
    const handle = await runtime.resume(team);
    progress = showProgress(runtime, handle.id, output, formed?.limits.tokens);
    const led = await leadToEnd(call, runtime, handle, progress);
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

async function rebuilt(
  { shell, output }: Site,
  reader: Runtime,
  team: string,
  options: ForkOptions,
): Promise<void> {
  if (options.workspace === undefined) return;
  const path = pathIn(shell, options.workspace);
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
