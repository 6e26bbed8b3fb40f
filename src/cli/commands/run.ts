/** `horde run`: forms a team for a request and works until it dissolves. */
import type { Runtime } from '../../actors/runtime.ts';
import { teamId, teamStream } from '../../events/ids.ts';
import { type EventStore, NO_STREAM } from '../../events/store.ts';
import { EXIT } from '../bad-usage.ts';
import {
  checkWish,
  chooseOffline,
  chooseWell,
  grantedBy,
  planOf,
  type RunChoice,
  type RunWish,
} from '../choosing.ts';
import { type Command, type CommandCall, option, type Site, several } from '../command.ts';
import { leadToEnd } from '../lead.ts';
import { positiveNumber, SECONDS_MAX, share, USD_MAX, wholeNumber } from '../numbers.ts';
import { CAST, CATALOG, PORT } from '../options.ts';
import type { Page } from '../page.ts';
import { type Progress, showProgress } from '../progress.ts';
import type { RunOptions } from '../run-options.ts';
import { runWish } from '../run-wish.ts';
import { whyLine } from '../selection-text.ts';
import { formingSession, leadingSession } from '../session.ts';
import { aborted } from '../shell.ts';
import { openStoreOption } from '../store-option.ts';
import { printSummary, summarize } from '../summary.ts';

type RunCall = CommandCall<[request: string[]], RunOptions>;

export default {
  options: [
    several(
      '--file <path>',
      'take the request, or material for it, from a file (- for standard input; may repeat)',
    ),
    option(
      '--pattern <name>',
      'how the team works together (see: horde patterns; else it is chosen)',
    ),
    option(
      '--workflow <name>',
      'several teams that build on each other: plan-build-test-review, …',
    ),
    ...CAST,
    CATALOG,
    option('--model <name>', 'the model to ask'),
    option('--rehearse', 'use the built-in scripted model: no key, no cost'),
    option('--seed <n>', 'seed of the rehearsal', wholeNumber('--seed', 0)),
    option(
      '--latency <ms>',
      'how long the rehearsal takes for an answer',
      wholeNumber('--latency', 0, 600_000),
    ),
    option(
      '--failures <share>',
      "share of the rehearsal's answers that fail at first, 0 to 1",
      share('--failures'),
    ),
    option(
      '--budget-tokens <n>',
      'most tokens the team may use',
      wholeNumber('--budget-tokens', 1),
    ),
    option(
      '--budget-usd <x>',
      'most dollars the team may use',
      positiveNumber('--budget-usd', USD_MAX),
    ),
    option('--rounds <n>', 'most rounds of the pattern', wholeNumber('--rounds', 1, 1000)),
    option(
      '--timeout <seconds>',
      'most time the team may take',
      positiveNumber('--timeout', SECONDS_MAX),
    ),
    option('--workspace <dir>', 'a folder whose files the agents may read'),
    option('--allow-write', 'they may write there too'),
    option('--allow-commands', 'they may run commands there, each approved by you'),
    option('--allow-swarms', 'they may each have up to 5 sub-agents work for them, twice'),
    option('--people', 'agents may ask you; answer from any terminal with: horde approve'),
    option('--synthesis', 'let a model write one text from the results at the end'),
    option('--no-synthesis', 'make the report from the events alone'),
    option('--ui', 'show it in a browser while it works (see: horde ui)'),
    PORT,
    option('--open', "open the page in this person's browser"),
    option('--stay', 'the page stays when the team has ended; so it does on a terminal'),
    option('--no-stay', 'it never stays'),
    option('--detach', 'hand the team in for a worker to lead, and return at once'),
    option('--team <id>', 'an id of yours: run again, it goes on with that team'),
  ],
  action: run,
} satisfies Command<RunCall['words'], RunOptions>;

async function run(call: RunCall): Promise<number> {
  const {
    shell,
    words: [words],
    options,
  } = call;
  const wish = await runWish(call, words, options);
  // Whatever does not fit is said before anything is opened or spent.
  checkWish(wish);
  const store = await openStoreOption(shell, options.store);
  try {
    if (options.team !== undefined) await call.own.loadFor(store, options.team);
    return await (options.detach ? handIn(call, wish, store) : lead(call, wish, store));
  } finally {
    await store.close();
  }
}

async function lead(site: Site, wish: RunWish, store: EventStore): Promise<number> {
  const { output } = site;
  const { options } = wish;
  let progress: Progress | undefined;
  let page: Page | undefined;
  const { runtime, toolsOf } = await leadingSession(site, store, (of, actor, text) => {
    progress?.spoken(actor, text);
    page?.spoken(of, actor, text);
  });
  try {
    const before = await labelsOf(runtime, options.team);
    const isChosen = before !== undefined || options.workflow !== undefined;
    const chosen = await (isChosen ? chooseOffline(wish) : chooseWell(site, wish));
    if (options.ui) page = await (await import('../page.ts')).openPage(site, runtime, options);
    const granted = grantedBy(wish, chosen);
    // A team that exists already goes on with what it was formed with, whatever is asked for now.
    const team =
      before && options.team !== undefined
        ? await runtime.resume(options.team)
        : await runtime.start(planOf(granted, chosen, toolsOf(granted.labels)));
    introduce(site, { wish, chosen, before, page }, team.id);
    progress = showProgress(runtime, team.id, output, options.budgetTokens);
    const { summary, exit } = await leadToEnd(site, runtime, team, progress);
    printSummary(output, summary);
    if (exit !== EXIT.interrupted) await stay(site, options, page?.urlOf(team.id));
    return exit;
  } finally {
    await page?.close();
    await runtime.close();
  }
}

/** The page can be looked at when the team has ended. */
async function stay({ shell, output }: Site, options: RunOptions, url: string | undefined) {
  if (url === undefined || !(options.stay ?? (output.terminal && !output.json))) return;
  output.note(`the page stays at ${url}; Ctrl-C ends it`);
  await aborted(shell.interruption());
}

interface Introduced {
  wish: RunWish;
  chosen: RunChoice;
  /** Labels of the team, where it exists already. */
  before: Record<string, string> | undefined;
  page: Page | undefined;
}

/** Who works, why so, and where it can be watched. */
function introduce(
  { output }: Site,
  { wish, chosen, before, page }: Introduced,
  team: string,
): void {
  const { workflow, allowSwarms, rehearse } = wish.options;
  if (!before && workflow === undefined) {
    output.note(whyLine(chosen));
    if (chosen.swarms && !allowSwarms)
      output.note(
        'its agents may have sub-agents, as the request asks, within the budget of the team',
      );
  }
  const pattern = before?.['pattern'] ?? workflow ?? chosen.pattern;
  output.note(`team ${team} (${pattern})${rehearse ? ', a rehearsal: no model is asked' : ''}`);
  if (page) output.note(`watch it at ${page.urlOf(team)}`);
}

/** Forms the team and leaves it to a worker. */
async function handIn(site: Site, wish: RunWish, store: EventStore): Promise<number> {
  const { output } = site;
  const { runtime, toolsOf } = formingSession(site, store);
  try {
    const chosen = await chooseOffline(wish);
    const granted = grantedBy(wish, chosen);
    const team = await runtime.submit(planOf(granted, chosen, toolsOf(granted.labels)));
    const summary = await summarize(team, false);
    output.result(
      () =>
        `team ${team.id} (${summary.pattern}) is handed in; "horde worker" leads it, "horde log ${team.id} --follow" shows it`,
      () => summary,
    );
    return EXIT.done;
  } finally {
    await runtime.close();
  }
}

/** A team that exists already goes on with what it was formed with. */
async function labelsOf(
  reader: Runtime,
  team: string | undefined,
): Promise<Record<string, string> | undefined> {
  if (team === undefined) return undefined;
  if ((await reader.store.head(teamStream(teamId(team)))) === NO_STREAM) return undefined;
  for await (const { data } of reader.team(team).events())
    return data['labels'] as Record<string, string>;
  return undefined;
}
