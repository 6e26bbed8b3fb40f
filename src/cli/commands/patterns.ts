/** `horde patterns`: the collaboration patterns there are; with a name, all about one. */

import { allMoves } from '../../events/words/index.ts';
import { drawChart } from '../../machines/charts/chart.ts';
import { patterns as ofThePackage } from '../../machines/patterns/index.ts';
import type { PatternDefinition } from '../../machines/patterns/kit/pattern.ts';
import { BadUsage } from '../bad-usage.ts';
import type { Command, CommandCall } from '../command.ts';
import { table } from '../terminal-text.ts';

type PatternsCall = CommandCall<[name: string | undefined], object>;

export default { options: [], action: patterns } satisfies Command<PatternsCall['words']>;

async function patterns({ output, own, words: [name] }: PatternsCall): Promise<number> {
  const known: Readonly<Record<string, PatternDefinition>> = {
    ...ofThePackage,
    ...Object.fromEntries(own.all.map((one) => [one.name, one])),
  };
  if (name !== undefined && !Object.hasOwn(known, name)) {
    throw new BadUsage(
      `there is no pattern "${name}"; there are: ${Object.keys(known).join(', ')}`,
    );
  }
  const chosen = name === undefined ? Object.values(known) : [known[name]!];
  output.result(
    () => (name === undefined ? table(chosen.map((p) => [p.name, p.purpose])) : textOf(chosen[0]!)),
    () => chosen.map(documentOf),
  );
  return 0;
}

function documentOf(pattern: PatternDefinition) {
  const { name, purpose, roles, endsWhen, fallback, keyProperty } = pattern;
  return {
    name,
    purpose,
    roles,
    limits: pattern.limits.parse({}),
    endsWhen,
    fallback,
    keyProperty,
  };
}

function textOf(pattern: PatternDefinition): string {
  const { name, purpose, roles, limits, endsWhen, fallback, keyProperty } = documentOf(pattern);
  const moves = [...new Set(roles.flatMap((role) => role.moves))];
  return [
    `${name}: ${purpose}`,
    '',
    ...roles.map(
      ({ role, min, max, moves: own }) =>
        `  ${role}: ${min === max ? min : `${min} to ${max}`}, moves ${own.join(', ')}`,
    ),
    '',
    `limits     ${Object.entries(limits)
      .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
      .join(', ')}`,
    `ends when  ${endsWhen}`,
    `always     ${keyProperty}`,
    `else       ${fallback}`,
    '',
    ...moves.map((move) => `  ${move}: ${descriptionOf(move, pattern)}`),
    '',
    drawChart(pattern.machine),
  ].join('\n');
}

const descriptionOf = (move: string, { words = [] }: PatternDefinition): string =>
  (words.find(({ name }) => name === move) ?? allMoves.get(move))?.description ?? '';
