/**
 * The program `horde`, run to its end within a process: everything that it touches is handed in with the shell, and
 * what comes back is the exit status. `hordeAsProcess` is the same for the process that it is installed as.
 *
 * Invariants
 * 1. At start the parser and the list of commands are loaded; a command brings what it needs when it is called.
 * 2. Whatever goes wrong is told in one line, with the status of the contract; nothing is thrown.
 * 3. A reader of standard output who leaves ends neither the work nor the program, and changes no status.
 */
import { CommanderError, Command as Parser } from 'commander';
import { packageVersion } from '../package.ts';
import { BadUsage, EXIT } from './bad-usage.ts';
import type { Command, Option } from './command.ts';
import { type CommandEntry, commands, nameOf } from './commands/index.ts';
import { JSON_OUTPUT, PATTERNS, STORE } from './options.ts';
import { createOutput, type Sinks, sinksOf } from './output.ts';
import { processShell, type Shell } from './shell.ts';

export const hordeAsProcess = (): Promise<number> => horde(processShell());

/** Runs the command that the shell's arguments name; resolves with the exit status. */
export async function horde(shell: Shell): Promise<number> {
  const sinks = sinksOf(shell);
  const status = await called(shell, sinks);
  await Promise.all([sinks.out.settled(), sinks.err.settled()]);
  const { failure } = sinks.out;
  if (!failure) return status;
  void sinks.err.write(`horde: standard output cannot be written (${failure.code})\n`);
  return status === EXIT.done ? EXIT.failed : status;
}

async function called(shell: Shell, sinks: Sinks): Promise<number> {
  let status: number = EXIT.done;
  try {
    const program = parser(sinks);
    for (const entry of commands) {
      const own = subparser(program, entry);
      if (!isCalled(entry, shell.argv)) continue;
      const loaded = await entry.load();
      withAction(own, loaded.default, shell, sinks, (code) => {
        status = code;
      });
    }
    await program.parseAsync([...shell.argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const isUsage = error instanceof BadUsage;
    void sinks.err.write(`horde: ${isUsage ? error.message : explained(error, shell)}\n`);
    return isUsage ? EXIT.usage : EXIT.failed;
  }
}

function parser({ out, err }: Sinks): Parser {
  return new Parser('horde')
    .description(
      'Teams of AI agents that can be trusted: killed and resumed, replayed without a model call, ended within their budget.',
    )
    .version(packageVersion)
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
      outputError: (text) => void err.write(oneUsageLine(text)),
    })
    .configureHelp({ sortSubcommands: false })
    .exitOverride();
}

function subparser(program: Parser, { usage, description }: CommandEntry): Parser {
  return program
    .command(usage)
    .description(description)
    .copyInheritedSettings(program)
    .exitOverride();
}

/** By the first word that is no option, or by the one after `help`. */
function isCalled(entry: CommandEntry, argv: readonly string[]): boolean {
  const [first, second] = argv.filter((word) => !word.startsWith('-'));
  return nameOf(entry) === (first === 'help' ? second : first);
}

function withAction(
  own: Parser,
  command: Command,
  shell: Shell,
  sinks: Sinks,
  ended: (status: number) => void,
): void {
  const general = command.namesItsStores ? [JSON_OUTPUT] : [STORE, JSON_OUTPUT, PATTERNS];
  for (const option of [...general, ...command.options]) addOption(own, option);
  own.action(async () => {
    const options = own.opts<{ json?: boolean; patterns?: string[] }>();
    const { OwnPatterns } = await import('./own-patterns.ts');
    const patterns = new OwnPatterns(shell);
    await patterns.load(options.patterns);
    const output = createOutput(shell, sinks, options.json ?? false);
    ended(
      await command.action({ shell, output, own: patterns, words: own.processedArgs, options }),
    );
  });
}

function addOption(own: Parser, { flags, description, parse, isRequired }: Option): void {
  const asParsed = own.createOption(flags, description).makeOptionMandatory(isRequired ?? false);
  if (parse) asParsed.argParser(parse);
  own.addOption(asParsed);
}

/** The parser's complaint in one line, with where to look. */
const oneUsageLine = (text: string) =>
  `${text
    .replace(/^error: /, 'horde: ')
    .replace(/\s*\n\s*/g, ' ')
    .trim()}; see: horde --help\n`;

/** One line for people; the whole stack only when asked for. */
function explained(error: unknown, { env }: Shell): string {
  if (!(error instanceof Error)) return String(error);
  if (env['HORDE_DEBUG']) return error.stack ?? error.message;
  return error.message.split('\n', 1)[0] ?? error.message;
}
