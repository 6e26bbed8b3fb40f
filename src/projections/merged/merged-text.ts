/** Merged state as text: what a person reads in a terminal. */

import { renderBoard } from '../board/board-text.ts';
import { verdictWords, whyWords } from '../verdict/verdict-words.ts';
import type { TeamShown } from './merged-teams.ts';
import type { Totals } from './merged-totals.ts';
import type { FileVersion, MergedView, TaskShown } from './merged-view.ts';

export function renderMerged(view: MergedView): string {
  const { teams, total } = view;
  const sum = teams.length > 1 ? [`\n${teams.length} teams in all: ${usedBy(total)}`] : [];
  return [
    ...teams.map((team) => teamText(team, view.tasks)),
    ...sum,
    ...section('artifacts', view.artifacts.flatMap(artifactLines)),
    ...section(
      'decisions',
      view.decisions.map(
        ({ team, subject, resolution, basis }) => `${subject}: ${resolution} (${basis}, ${team})`,
      ),
    ),
    ...section(
      'dissent',
      view.dissent.map(({ team, by, about, view }) => `${by} of ${team} on ${about}: ${view}`),
    ),
    ...section(
      'findings',
      view.findings.map(
        ({ team, tag, title, severity, by }) =>
          `[${severity}] ${tag}: ${title} (${by || 'unknown'} of ${team})`,
      ),
    ),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`\n${title}`, ...lines.map((line) => `  ${line}`)];

function teamText(team: TeamShown, tasks: readonly TaskShown[]): string {
  const { parent, origin, pattern, phase, round, members } = team;
  const own = tasks.filter((task) => task.team === team.team);
  const child = parent === null ? '' : `, child of ${parent}`;
  const forked = origin === null ? '' : `, forked from ${origin.team} at ${origin.revision}`;
  const why = whyWords(team);
  const rounds = round === null ? '' : `, round ${round.round} of ${round.of}`;
  return [
    `team ${team.team}${child}${forked}: ${pattern}, ${verdictWords(team)}${why && ` (${why})`}`,
    `  phase ${phase ?? 'unknown'}${rounds}; ${usedBy(team.used)}`,
    `  members ${members.map(({ actor, status }) => (status === 'active' ? actor : `${actor} (${status})`)).join(', ') || 'unknown'}`,
    ...renderBoard({ tasks: Object.fromEntries(own.entries()), artifacts: {} })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `  ${line}`),
  ].join('\n');
}

const usedBy = ({ modelCalls, tokens, usd, messages, moves }: Totals): string =>
  `${modelCalls} calls, ${tokens} tokens${usd > 0 ? `, $${usd.toFixed(4)}` : ''}, ${moves} moves, ${messages} messages`;

function artifactLines(artifact: MergedView['artifacts'][number]): string[] {
  const { title, locked, contested, writtenAfterLock } = artifact;
  return [
    `${locked ? 'locked ' : ''}${title}, ${versionText(artifact)}`,
    ...contested.map((version) => `  contested: ${versionText(version)}`),
    ...(writtenAfterLock
      ? [`  written after it was locked: ${versionText(writtenAfterLock)}`]
      : []),
  ];
}

function versionText({ team, by, path, hash, held, revision }: FileVersion): string {
  const where =
    path === null
      ? `text at revision ${held}`
      : `${path}${hash === null ? '' : ` (sha256 ${hash.slice(0, 12)})`}`;
  return `${where} by ${by} of ${team} at revision ${revision}`;
}
