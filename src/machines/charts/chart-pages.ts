/** The pages of `docs/statecharts/`: one a machine, and a table of contents. */

import { hordeMachines } from '../index.ts';
import { patterns } from '../patterns/index.ts';
import { drawChart } from './chart.ts';

const PURPOSES: Readonly<Record<string, string>> = {
  agent: 'One agent: it is granted turns, thinks, uses tools, and ends each turn with one move.',
  team: "A team's life, from forming to dissolved: the root of every team of the horde.",
};

const purposeOf = (name: string): string => PURPOSES[name] ?? patterns[name]?.purpose ?? '';
const NOTE = 'Drawn from the machine by `npm run charts`; a test fails when it is stale.';

/** File names and their text. */
export function chartPages(): Map<string, string> {
  const names = Object.keys(hordeMachines);
  const pages = new Map<string, string>();
  const list = names.map((name) => `- [${name}](${name}.md): ${purposeOf(name)}`);
  pages.set('README.md', ['# Statecharts', '', NOTE, '', ...list, ''].join('\n'));
  for (const name of names) {
    const chart = ['```mermaid', drawChart(hordeMachines[name]!.machine), '```'];
    pages.set(
      `${name}.md`,
      [`# ${name}`, '', purposeOf(name), '', NOTE, '', ...chart, ''].join('\n'),
    );
  }
  return pages;
}
