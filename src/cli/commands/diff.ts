/** `horde diff`: where two teams part, and what then differs. */

import type { Difference, DifferingEvent } from '../../projections/comparison/first-difference.ts';
import {
  type Both,
  type Comparison,
  compareTeams,
} from '../../projections/comparison/team-comparison.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { type ReadingOptions, reading } from '../reading.ts';
import { knownTeam } from '../store-option.ts';
import { harmless, oneLine, table } from '../terminal-text.ts';

export default {
  options: [],
  action: (call) =>
    reading(call, async ({ runtime, output }) => {
      const [a, b] = call.words;
      const compared = await compareTeams(runtime, a, await knownTeam(runtime, b));
      output.result(
        () => harmless(textOf(compared, output)),
        () => compared,
      );
      return 0;
    }),
} satisfies Command<[a: string, b: string], ReadingOptions>;

function textOf(compared: Comparison, { paint }: Output): string {
  const { teams, first, given, states, board, messages, tokens, modelCalls, rounds, end } =
    compared;
  const rows = [
    ...rowsOf('', given, String),
    ...rowsOf('state of ', states, ({ status, state }) => `${status} ${JSON.stringify(state)}`),
    ...rowsOf('task ', board.tasks, ({ status }) => status),
    ...rowsOf('artifact ', board.artifacts, ({ versions, by }) => `${versions} by ${by}`),
    ...rowsOf('messages of ', messages, String),
    ...differing('tokens', tokens),
    ...differing('model calls', modelCalls),
    ...differing('rounds', rounds),
    ...differing('end', {
      a: end.a ? `${end.a.status}: ${end.a.reason}` : 'none yet',
      b: end.b ? `${end.b.status}: ${end.b.reason}` : 'none yet',
    }),
  ];
  const head = first
    ? partingText(first, compared, paint)
    : 'nothing else was said in one than in the other';
  return rows.length === 0 ? head : `${head}\n\n${table([['', teams.a, teams.b], ...rows])}`;
}

function partingText(first: Difference, { teams }: Comparison, paint: Output['paint']): string {
  const why = {
    content: 'something else was said',
    order: 'the same was heard in another order',
    missing: 'one went on where the other did not',
  }[first.kind];
  return [
    `they part: ${why}`,
    ...(first.causeA ? [paint.dim(`  in the turn of ${lineOf(first.causeA)}`)] : []),
    `  ${teams.a}  ${first.a ? lineOf(first.a) : 'nothing'}`,
    `  ${teams.b}  ${first.b ? lineOf(first.b) : 'nothing'}`,
  ].join('\n');
}

const lineOf = ({ revision, type, actor, data }: DifferingEvent): string =>
  `@${revision} ${type}${actor ? ` by ${actor}` : ''} ${oneLine(JSON.stringify(data), 160)}`;

const rowsOf = <Value>(
  title: string,
  entries: Readonly<Record<string, Both<Value | null>>>,
  text: (value: Value) => string,
): string[][] =>
  Object.entries(entries).map(([name, { a, b }]) => [
    oneLine(`${title}${name}`, 50),
    oneLine(a === null ? 'none' : text(a), 50),
    oneLine(b === null ? 'none' : text(b), 50),
  ]);

const differing = (title: string, { a, b }: Both<string | number>): string[][] =>
  a === b ? [] : [[title, oneLine(String(a), 50), oneLine(String(b), 50)]];
