/**
 * All commands, in the order in which `horde --help` names them. A command is loaded when it is called, and not
 * before; a new one is a file of its own, and an entry here.
 */
import type { Command } from '../command.ts';

export interface CommandEntry {
  /** Its name, then its words. */
  readonly usage: string;
  /** What it does, in a line. */
  readonly description: string;
  load(): Promise<{ readonly default: Command }>;
}

const entry = (usage: string, description: string, load: CommandEntry['load']): CommandEntry => ({
  usage,
  description,
  load,
});

export const commands: readonly CommandEntry[] = [
  entry(
    'run [request...]',
    'form a team for a request and work until it dissolves',
    () => import('./run.ts'),
  ),
  entry('resume [team]', 'continue one interrupted team, or all', () => import('./resume.ts')),
  entry('teams', 'list the teams', () => import('./teams.ts')),
  entry('report <team>', 'the report of a team', () => import('./report.ts')),
  entry('log <team>', 'the recorded events of a team', () => import('./log.ts')),
  entry('state <team>', 'the state of all actors', () => import('./state.ts')),
  entry('board <team>', 'the task board', () => import('./board.ts')),
  entry(
    'metrics <team>',
    'tokens, money, time, failures, per agent and round',
    () => import('./metrics.ts'),
  ),
  entry(
    'merged <team>',
    'a team and all teams below it, merged: tasks, artifacts, members, sums',
    () => import('./merged.ts'),
  ),
  entry(
    'replay <team>',
    'fold the stream again and compare; calls no model',
    () => import('./replay.ts'),
  ),
  entry(
    'select [request...]',
    'show which pattern and roster a request calls for; spends nothing',
    () => import('./select.ts'),
  ),
  entry(
    'tell <team> <agent> <text...>',
    'say something to an agent, from anywhere',
    () => import('./tell.ts'),
  ),
  entry('pause <team>', 'let a team start no new work', () => import('./pause.ts')),
  entry('continue <team>', 'let a paused team go on', () => import('./continue.ts')),
  entry('stop <team>', 'ask a team to end with what there is', () => import('./stop.ts')),
  entry(
    'fork <team>',
    "go on from a team's past in a new team, and change what comes after",
    () => import('./fork.ts'),
  ),
  entry('diff <a> <b>', 'where two teams part, and what then differs', () => import('./diff.ts')),
  entry(
    'approve <team> [question] [answer...]',
    'what waits for you, and your answer to it',
    () => import('./approve.ts'),
  ),
  entry(
    'why <team> <what>',
    'the causes of an artifact or a revision, back to the request',
    () => import('./why.ts'),
  ),
  entry(
    'upgrade-check',
    "replay every team with this program's machines; changes nothing",
    () => import('./upgrade-check.ts'),
  ),
  entry(
    'inspect <team>',
    'a team in the protocol of the Stately inspector, one message a line',
    () => import('./inspect.ts'),
  ),
  entry(
    'export-traces <team>',
    'the trace, metrics and log records of a team by OTLP, also after its end',
    () => import('./export-traces.ts'),
  ),
  entry(
    'ui',
    'the page that draws the machines of all teams and scrubs their streams',
    () => import('./ui.ts'),
  ),
  entry(
    'export <team>',
    'one HTML file of a team, with all its events, that needs no server',
    () => import('./export.ts'),
  ),
  entry(
    'what-if <team>',
    'where a team would have stopped under another budget; calls no model',
    () => import('./what-if.ts'),
  ),
  entry('patterns [name]', 'the ways of working together', () => import('./patterns.ts')),
  entry('agents [name]', 'the types of agents', () => import('./agents.ts')),
  entry(
    'methodologies [name]',
    'the ways of going about work that are laid into agents',
    () => import('./methodologies.ts'),
  ),
  entry(
    'copy [teams...]',
    'copy teams from one store to another; an interrupted copy goes on',
    () => import('./copy.ts'),
  ),
  entry('worker', 'lead teams that nobody leads, until told to stop', () => import('./worker.ts')),
  entry(
    'doctor',
    'check Node, store, model, prices and disk, and say how to mend each',
    () => import('./doctor.ts'),
  ),
];

/** The first word of its usage. */
export const nameOf = ({ usage }: CommandEntry): string => usage.split(' ', 1)[0] ?? usage;
