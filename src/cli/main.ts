#!/usr/bin/env node
/**
 * The program `horde`. Only the parser is loaded at start; each command brings what it needs when it runs.
 */
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../actors/package-version.ts';
import { BadUsage, EXIT, pastMoment, positiveNumber, wholeNumber } from './bad-usage.ts';

const several = (value: string, before: string[] = []) => [...before, value];

function program(exit: (code: number) => void): Command {
  const horde = new Command('horde')
    .description(
      'Teams of AI agents that can be trusted: killed and resumed, replayed without a model call, ended within their budget.',
    )
    .version(packageVersion)
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text, write) => write(oneUsageLine(text)) })
    .configureHelp({ sortSubcommands: false })
    .exitOverride();
  const command = (usage: string, description: string) =>
    horde
      .command(usage)
      .description(description)
      .option(
        '--store <url>',
        'sqlite:PATH, memory: or esdb://… (default: HORDE_STORE, else sqlite:.horde/horde.db)',
      )
      .option('--json', 'JSON on standard output, everything else on standard error')
      .copyInheritedSettings(horde)
      .exitOverride();
  const at = [
    '--at <moment>',
    'as it stood at a revision, a time (2026-11-21T10:15:00Z), or so long before its last event (-90s)',
    pastMoment('--at'),
  ] as const;

  const port = [
    '--port <n>',
    'where the page is served (default: any free port)',
    wholeNumber('--port', 1, 65_535),
  ] as const;
  const catalogs = [
    '--catalog <dir>',
    'a folder of your own agents (may repeat)',
    several,
  ] as const;
  const workspace = ['--workspace <dir>', 'a folder whose .claude joins the catalog'] as const;

  command('run [request...]', 'form a team for a request and work until it dissolves')
    .option(
      '--file <path>',
      'take the request, or material for it, from a file (- for standard input; may repeat)',
      several,
    )
    .option(
      '--pattern <name>',
      'how the team works together (see: horde patterns; else it is chosen)',
    )
    .option(
      '--workflow <name>',
      'several teams that build on each other: plan-build-test-review, …',
    )
    .option('--agent <role=type>', 'who takes a role (see: horde agents; may repeat)', several)
    .option(...catalogs)
    .option('--model <name>', 'the model to ask')
    .option('--rehearse', 'use the built-in scripted model: no key, no cost')
    .option('--seed <n>', 'seed of the rehearsal', wholeNumber('--seed', 0))
    .option(
      '--latency <ms>',
      'how long the rehearsal takes for an answer',
      wholeNumber('--latency', 0, 600_000),
    )
    .option(
      '--failures <share>',
      "share of the rehearsal's answers that fail at first, 0 to 1",
      share,
    )
    .option(
      '--budget-tokens <n>',
      'most tokens the team may use',
      wholeNumber('--budget-tokens', 1),
    )
    .option('--budget-usd <x>', 'most dollars the team may use', positiveNumber('--budget-usd'))
    .option('--rounds <n>', 'most rounds of the pattern', wholeNumber('--rounds', 1, 1000))
    .option('--timeout <seconds>', 'most time the team may take', positiveNumber('--timeout'))
    .option('--workspace <dir>', 'a folder whose files the agents may read')
    .option('--allow-write', 'they may write there too')
    .option('--allow-commands', 'they may run commands there, each approved by you')
    .option('--allow-swarms', 'they may each have up to 5 sub-agents work for them, twice')
    .option('--people', 'agents may ask you; answer from any terminal with: horde approve')
    .option('--synthesis', 'let a model write one text from the results at the end')
    .option('--no-synthesis', 'make the report from the events alone')
    .option('--ui', 'show it in a browser while it works (see: horde ui)')
    .option(...port)
    .option('--open', "open the page in this person's browser")
    .option('--stay', 'the page stays when the team has ended; so it does on a terminal')
    .option('--no-stay', 'it never stays')
    .option('--detach', 'hand the team in for a worker to lead, and return at once')
    .option('--team <id>', 'an id of yours: run again, it goes on with that team')
    .action(async (words, options) =>
      exit(await (await import('./commands/run.ts')).run(words, options)),
    );
  command('resume [team]', 'continue one interrupted team, or all').action(async (team, options) =>
    exit(await (await import('./commands/resume.ts')).resume(team, options)),
  );
  command('teams', 'list the teams').action(async (options) =>
    exit(await (await import('./commands/teams.ts')).teams(options)),
  );
  command('report <team>', 'the report of a team').action(async (team, options) =>
    exit(await (await import('./commands/report.ts')).report(team, options)),
  );
  command('log <team>', 'the recorded events of a team')
    .option('--from <revision>', 'start at this revision', wholeNumber('--from', 0))
    .option('--follow', 'wait for more until the team has ended')
    .option('--type <pattern>', 'only these types: task.* is one level, agent.> any depth')
    .option('--actor <name>', 'only what this actor said or heard')
    .action(async (team, options) =>
      exit(await (await import('./commands/log.ts')).log(team, options)),
    );
  command('state <team>', 'the state of all actors')
    .option(...at)
    .action(async (team, options) =>
      exit(await (await import('./commands/state.ts')).state(team, options)),
    );
  command('board <team>', 'the task board')
    .option(...at)
    .action(async (team, options) =>
      exit(await (await import('./commands/board.ts')).board(team, options)),
    );
  command('metrics <team>', 'tokens, money, time, failures, per agent and round')
    .option(...at)
    .action(async (team, options) =>
      exit(await (await import('./commands/metrics.ts')).metrics(team, options)),
    );
  command('merged <team>', 'a team and all teams below it, merged: tasks, artifacts, members, sums')
    .option(...at)
    .action(async (team, options) =>
      exit(await (await import('./commands/merged.ts')).merged(team, options)),
    );
  command('replay <team>', 'fold the stream again and compare; calls no model').action(
    async (team, options) =>
      exit(await (await import('./commands/replay.ts')).replay(team, options)),
  );
  command(
    'select [request...]',
    'show which pattern and roster a request calls for; spends nothing',
  )
    .option('--file <path>', 'take the request from a file (- for standard input)', several)
    .option('--agent <role=type>', 'who takes a role (may repeat)', several)
    .option('--rounds <n>', 'most rounds of the pattern', wholeNumber('--rounds', 1, 1000))
    .option(...catalogs)
    .option(...workspace)
    .action(async (words, options) =>
      exit(await (await import('./commands/select.ts')).select(words, options)),
    );
  command('tell <team> <agent> <text...>', 'say something to an agent, from anywhere').action(
    async (team, agent, text, options) =>
      exit(await (await import('./commands/tell.ts')).tell(team, agent, text, options)),
  );
  command('pause <team>', 'let a team start no new work').action(async (team, options) =>
    exit(await (await import('./commands/pause.ts')).pause(team, options)),
  );
  command('continue <team>', 'let a paused team go on').action(async (team, options) =>
    exit(await (await import('./commands/pause.ts')).goOn(team, options)),
  );
  command('stop <team>', 'ask a team to end with what there is')
    .option('--reason <text>', 'why, for the report')
    .action(async (team, options) =>
      exit(await (await import('./commands/stop.ts')).stop(team, options)),
    );
  command('fork <team>', "go on from a team's past in a new team, and change what comes after")
    .requiredOption('--at <revision>', 'the last revision to share', wholeNumber('--at', 0))
    .option('--model <name>', 'ask this model from there on')
    .option('--rounds <n>', 'most rounds of the pattern in all', wholeNumber('--rounds', 1, 1000))
    .option(
      '--budget-tokens <n>',
      'most tokens in all, the shared past included',
      wholeNumber('--budget-tokens', 1),
    )
    .option('--budget-usd <x>', 'most dollars in all', positiveNumber('--budget-usd'))
    .option('--answer <file>', "text or content blocks, in place of the next model call's answer")
    .option('--answer-of <actor>', 'whose next call --answer is for')
    .option(
      '--workspace <dir>',
      'a new folder, rebuilt from recorded writes; else nothing is written',
    )
    .option('--team <id>', 'an id of yours')
    .action(async (team, options) =>
      exit(await (await import('./commands/fork.ts')).fork(team, options)),
    );
  command('diff <a> <b>', 'where two teams part, and what then differs').action(
    async (a, b, options) => exit(await (await import('./commands/diff.ts')).diff(a, b, options)),
  );
  command('approve <team> [question] [answer...]', 'what waits for you, and your answer to it')
    .option('--yes', 'approve it as it was shown')
    .option('--no', 'refuse it')
    .action(async (team, question, answer, options) =>
      exit(await (await import('./commands/approve.ts')).approve(team, question, answer, options)),
    );
  command(
    'why <team> <what>',
    'the causes of an artifact or a revision, back to the request',
  ).action(async (team, what, options) =>
    exit(await (await import('./commands/why.ts')).why(team, what, options)),
  );
  command(
    'upgrade-check',
    "replay every team with this program's machines; changes nothing",
  ).action(async (options) =>
    exit(await (await import('./commands/upgrade-check.ts')).upgradeCheck(options)),
  );
  command('inspect <team>', 'a team in the protocol of the Stately inspector, one message a line')
    .option('--follow', 'wait for more until the team has ended')
    .option('--to <url>', 'send them to an inspector on this machine: ws://127.0.0.1:8080')
    .option('--port <n>', 'let inspectors connect to 127.0.0.1', wholeNumber('--port', 0, 65_535))
    .action(async (team, options) =>
      exit(await (await import('./commands/inspect.ts')).inspect(team, options)),
    );
  command(
    'export-traces <team>',
    'the trace, metrics and log records of a team by OTLP, also after its end',
  )
    .option('--endpoint <url>', 'a collector (default: OTEL_EXPORTER_OTLP_ENDPOINT)')
    .option('--print', 'print the spans, one a line, instead of sending them')
    .option('--logs', 'with --print: the log records instead of the spans')
    .action(async (team, options) =>
      exit(await (await import('./commands/export-traces.ts')).exportTraces(team, options)),
    );
  command('ui', 'the page that draws the machines of all teams and scrubs their streams')
    .option(...port)
    .option('--open', "open it in this person's browser")
    .action(async (options) => exit(await (await import('./commands/ui.ts')).ui(options)));
  command('export <team>', 'one HTML file of a team, with all its events, that needs no server')
    .option('--output <file>', 'where to (default: TEAM.html here; - for standard output)')
    .option('--force', 'overwrite a file that is there')
    .action(async (team, options) =>
      exit(await (await import('./commands/export.ts')).exportPage(team, options)),
    );
  command('what-if <team>', 'where a team would have stopped under another budget; calls no model')
    .option('--budget-tokens <n>', 'most tokens', wholeNumber('--budget-tokens', 1))
    .option('--budget-usd <x>', 'most dollars', positiveNumber('--budget-usd'))
    .action(async (team, options) =>
      exit(await (await import('./commands/what-if.ts')).whatIf(team, options)),
    );
  command('patterns [name]', 'the ways of working together').action(async (name, options) =>
    exit(await (await import('./commands/patterns.ts')).patterns(name, options)),
  );
  command('agents [name]', 'the types of agents')
    .option(...catalogs)
    .option(...workspace)
    .action(async (name, options) =>
      exit(await (await import('./commands/agents.ts')).agents(name, options)),
    );
  command('methodologies [name]', 'the ways of going about work that are laid into agents')
    .option(...catalogs)
    .option(...workspace)
    .action(async (name, options) =>
      exit(await (await import('./commands/methodologies.ts')).methodologies(name, options)),
    );
  horde
    .command('copy [teams...]')
    .description('copy teams from one store to another; an interrupted copy goes on')
    .requiredOption('--from <url>', 'the store to copy from')
    .requiredOption('--to <url>', 'the store to copy to')
    .option('--json', 'JSON on standard output, everything else on standard error')
    .copyInheritedSettings(horde)
    .exitOverride()
    .action(async (teams, options) =>
      exit(await (await import('./commands/copy.ts')).copy(teams, options)),
    );
  command('worker', 'lead teams that nobody leads, until told to stop')
    .option('--teams <n>', 'most teams at once (default 8)', wholeNumber('--teams', 1, 1000))
    .action(async (options) => exit(await (await import('./commands/worker.ts')).worker(options)));
  command('doctor', 'check Node, store, model, prices and disk, and say how to mend each').action(
    async (options) => exit(await (await import('./commands/doctor.ts')).doctor(options)),
  );
  return horde;
}

/** The parser's complaint in one line, with where to look. */
const oneUsageLine = (text: string) =>
  `${text
    .replace(/^error: /, 'horde: ')
    .replace(/\s*\n\s*/g, ' ')
    .trim()}; see: horde --help\n`;

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new BadUsage(`--failures ${text}: give a share from 0 to 1`);
  return value;
}

/** Runs the program; resolves with the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  let status: number = EXIT.done;
  try {
    await program((code) => {
      status = code;
    }).parseAsync(argv as string[]);
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof BadUsage) {
      process.stderr.write(`horde: ${error.message}\n`);
      return EXIT.usage;
    }
    process.stderr.write(`horde: ${explained(error)}\n`);
    return EXIT.failed;
  }
}

/** One line for people; the whole stack only when asked for. */
function explained(error: unknown): string {
  if (process.env['HORDE_DEBUG'])
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}

// A closed pipe (`horde log … | head`) is a normal end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

process.exitCode = await main(process.argv);
