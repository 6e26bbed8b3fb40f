/**
 * The report as Markdown. Texts of models, people and files are data: on a line of ours they are escaped, and
 * whole texts stand in a fence that is longer than any inside, so that they cannot break the structure.
 */
import { escapeControls } from '../conversation/framing.ts';
import type { Line } from '../transcript/transcript.ts';
import { verdictWords, whyWords } from '../verdict/verdict-words.ts';
import type { Contribution, Report, Result } from './report-layers.ts';

/** Most characters of a text that stands on one line. */
const LINE_MAX = 400;
/** Most characters of one line of the log. */
const LOG_LINE_MAX = 300;

export function renderReport(report: Report): string {
  return `${[
    ...headOf(report),
    ...summaryOf(report),
    ...artifactsOf(report),
    ...section('What each agent did', report.contributions.map(contributionLines)),
    ...decisionsOf(report),
    '## Confidence',
    `**${report.confidence.level}**: ${inline(report.confidence.why)}`,
    ...section(
      'Dissent',
      report.dissent.map(
        ({ by, about, view }) => `- **${inline(by)}** on ${inline(about)}: ${inline(view)}`,
      ),
    ),
    ...section('Findings', report.findings.map(findingLine)),
    ...logOf(report.log),
  ].join('\n\n')}\n`;
}

const verdictLine = (verdict: Report['verdict']): string => {
  const why = whyWords(verdict);
  return `verdict: **${verdictWords(verdict)}**${why && `: ${inline(why)}`}`;
};

const findingLine = ({ tag, title, severity, by, task }: Report['findings'][number]): string =>
  `- **${inline(severity)}** ${inline(tag)}: ${inline(title)} (found by ${inline(by)}; ${task ?? 'nobody took it up'})`;

function headOf({ team, rehearsal }: Report): string[] {
  const head = [`# Report of team ${inline(team)}`];
  if (rehearsal) {
    head.push(
      '> **Rehearsal.** A scripted model played the agents: nothing below is a real answer.',
    );
  }
  return head;
}

function summaryOf(report: Report): string[] {
  const { summary, verdict } = report;
  const { tokens, tokensLimit, usd, usdLimit, modelCalls, rounds } = summary;
  const of = (limit: number | null): string => (limit === null ? '' : ` of ${limit}`);
  return [
    '## Summary',
    'Asked for:',
    fenced(summary.request),
    [
      `- pattern: ${inline(summary.pattern)}, ${count(rounds, 'round')}`,
      `- ${verdictLine(verdict)}`,
      `- spent: ${tokens}${of(tokensLimit)} tokens, $${usd.toFixed(4)}${of(usdLimit)} in ${count(modelCalls, 'model call')}, ${(summary.elapsedMs / 1000).toFixed(1)} s`,
      ...summary.notes.map((note) => `- **note**: ${inline(note)}`),
    ].join('\n'),
    ...summary.results.flatMap(resultLines),
  ];
}

function resultLines(result: Result, index: number): string[] {
  const what = index === 0 ? 'Result' : 'Further result';
  const lines = [
    `### ${what}: ${inline(result.title)} (by ${inline(result.by)}, revision ${result.revision})`,
  ];
  if (result.summary !== '') lines.push(fenced(result.summary));
  if (result.path !== null) lines.push(`File: ${inline(result.path)}`);
  if (result.text !== null) lines.push(fenced(result.text));
  if (result.details !== null) lines.push(fenced(result.details));
  return lines;
}

function artifactsOf({ artifacts, summary }: Report): string[] {
  const shown = new Set(summary.results.map(({ revision }) => revision));
  return section(
    'Artifacts',
    artifacts.map((artifact) => {
      const where = artifact.path === null ? `revision ${artifact.held}` : inline(artifact.path);
      const facts = [
        where,
        ...(artifact.hash === null ? [] : [`sha-256 ${inline(artifact.hash)}`]),
        count(artifact.versions, 'version'),
        ...(artifact.locked ? ['agreed and locked'] : []),
        ...(artifact.writtenAfterLock === null
          ? []
          : [`**written again after the lock**, at revision ${artifact.writtenAfterLock}`]),
      ].join(', ');
      const line = `- **${inline(artifact.title)}** by ${inline(artifact.by)}: ${facts}`;
      const isShown = artifact.held !== null && shown.has(artifact.held);
      return artifact.text === null || isShown ? line : `${line}\n\n${fenced(artifact.text)}`;
    }),
  );
}

function contributionLines(one: Contribution): string {
  const facts = [
    count(one.turns, 'turn'),
    count(one.iterations, 'iteration'),
    count(one.messages, 'message'),
    count(one.toolCalls, 'tool call'),
    `${one.tokens} tokens`,
    ...(one.corrections > 0 ? [count(one.corrections, 'correction')] : []),
    ...(one.forfeits > 0 ? [`${count(one.forfeits, 'turn')} given up`] : []),
    ...(one.incarnations > 1 ? [`${one.incarnations} incarnations`] : []),
    ...(one.lost ? ['seat lost'] : []),
  ].join(', ');
  const moves = one.moves.map(
    ({ move, round, title, revision }) =>
      `  - round ${round}: ${inline(move)}${title === null ? '' : ` ${inline(title)}`} (revision ${revision})`,
  );
  const head = `- **${inline(one.agent)}**, ${inline(one.role)} (${inline(one.model)}): ${facts}`;
  return [head, ...moves].join('\n');
}

function decisionsOf({ decisions }: Report): string[] {
  const made = decisions.made.map((one) => {
    const challenged =
      one.challengedBy.length > 0
        ? `, challenged by ${one.challengedBy.map(inline).join(', ')}`
        : '';
    const person = one.byPerson ? '**a person decided** ' : '';
    return `- ${person}**${inline(one.subject)}**: ${inline(one.resolution)} (proposed by ${inline(one.proposedBy)}${challenged}; ${inline(one.basis)}; revision ${one.revision})`;
  });
  const interventions = decisions.interventions.map(
    ({ what, by, text, revision }) =>
      `- **a person intervened**: ${inline(by)} ${what}${text === '' ? '' : `: ${inline(text)}`} (revision ${revision})`,
  );
  return section('Decisions', [...made, ...interventions]);
}

function logOf(log: readonly Line[]): string[] {
  const lines = log.map(({ revision, by, text }) => {
    const flat = flattened(text.slice(0, LOG_LINE_MAX));
    const more = text.length > LOG_LINE_MAX ? ' …' : '';
    return `${String(revision).padStart(5)} ${flattened(by) || '(runtime)'}: ${flat}${more}`;
  });
  return [
    '## Log',
    `<details>\n<summary>${count(log.length, 'line')}</summary>`,
    fenced(lines.join('\n')),
    '</details>',
  ];
}

const flattened = (text: string): string => escapeControls(text).replace(/\s+/g, ' ');

function section(title: string, items: readonly string[]): string[] {
  return [`## ${title}`, items.length === 0 ? 'None.' : items.join('\n')];
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** Others' text within a line of ours: one line, nothing that Markdown or HTML would act upon. */
export function inline(text: string): string {
  const short = text.length > LINE_MAX ? `${text.slice(0, LINE_MAX)} …` : text;
  return escapeControls(short)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>|~&#!]/g, '\\$&')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** Others' text as it is, in a fence longer than any run of backticks inside. */
export function fenced(text: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${escapeControls(text)}\n${fence}`;
}
