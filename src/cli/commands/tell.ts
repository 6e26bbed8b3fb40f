/** `horde tell`: says something to an agent of a team, from any process. */

import type { TeamState } from '../../actors/state/team-state.ts';
import { nearestNames } from '../../planning/language/nearest.ts';
import { BadUsage } from '../bad-usage.ts';
import type { Command, CommandCall } from '../command.ts';
import type { ReadingOptions } from '../reading.ts';
import { speaking } from '../speaking.ts';
import { oneLine } from '../terminal-text.ts';

const TEXT_MAX = 20_000;

export default {
  options: [],
  action: tell,
} satisfies Command<[team: string, agent: string, text: string[]], ReadingOptions>;

function tell(
  call: CommandCall<[team: string, agent: string, text: string[]], ReadingOptions>,
): Promise<number> {
  const [, agent, words] = call.words;
  const text = words.join(' ').trim();
  if (text === '') throw new BadUsage('there is nothing to tell: write it after the name');
  if (text.length > TEXT_MAX)
    throw new BadUsage(`that is too long to tell: ${text.length} letters, at most ${TEXT_MAX}`);
  return speaking(call, async (site, state) => {
    checkAgent(state, agent);
    await site.team.send({ type: 'message.told', by: 'person', text }, { to: [agent] });
    return { said: 'message.told', to: agent, text: `told ${agent}: ${oneLine(text, 100)}` };
  });
}

function checkAgent(state: TeamState, name: string): void {
  const agents = [...state.actors.values()].filter(
    ({ machine, status }) => machine.name === 'agent' && status === 'active',
  );
  if (agents.some(({ id }) => id === name)) return;
  const names = agents.map(({ id }) => String(id));
  const near = nearestNames(name, names, 1)[0];
  throw new BadUsage(
    `team ${state.formed?.team} has no agent "${name.slice(0, 100)}"${near ? `; did you mean ${near}?` : ';'} there are: ${names.join(', ') || 'none at work'}`,
  );
}
