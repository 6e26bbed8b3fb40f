/** `horde why`: the chain of causes of an artifact or an event, back to the request. */

import type { RecordedEvent } from '../../events/event.ts';
import {
  artifactRevision,
  type CauseChain,
  type CauseStep,
  causeChain,
} from '../../projections/causes/cause-chain.ts';
import { BadUsage } from '../bad-usage.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { type ReadingOptions, reading } from '../reading.ts';
import { harmless, oneLine } from '../terminal-text.ts';

export default {
  options: [],
  action: (call) =>
    reading(call, async ({ team, output }) => {
      const [, what] = call.words;
      const events: RecordedEvent[] = [];
      for await (const event of team.events()) events.push(event);
      const revision = revisionOf(events, what, team.id);
      const chain = causeChain(events, revision);
      output.result(
        () => harmless(textOf(chain, output)),
        () => ({ team: team.id, revision, ...chain }),
      );
      return 0;
    }),
} satisfies Command<[team: string, what: string], ReadingOptions>;

function revisionOf(events: readonly RecordedEvent[], what: string, team: string): number {
  const revision = /^\d+$/.test(what) ? Number(what) : artifactRevision(events, what);
  if (revision === undefined)
    throw new BadUsage(
      `team ${team} has registered no artifact "${what.slice(0, 100)}"; list them with: horde board ${team}`,
    );
  if (revision >= events.length)
    throw new BadUsage(`${what}: the last revision of team ${team} is ${events.length - 1}`);
  return revision;
}

const ORIGINS = {
  request: 'it goes back to the request',
  outside: 'it goes back to a word from outside',
  leader: 'it goes back to a change of leaders',
};

function textOf({ steps, tokens, origin }: CauseChain, { paint }: Output): string {
  return [
    ...steps.flatMap((step) => linesOf(step, paint)),
    '',
    `${ORIGINS[origin]}; ${steps.length} steps, ${tokens} tokens`,
  ].join('\n');
}

const LED = { heard: 'was heard', settled: 'made work owed', fired: 'armed a timer' };

function linesOf(step: CauseStep, paint: Output['paint']): string[] {
  const { revision, type, by, text, led, grant, tokens } = step;
  const cost = tokens > 0 ? paint.yellow(`  ${tokens} tokens`) : '';
  const head = `${String(revision).padStart(5)}  ${paint.cyan(type)}${by ? `  ${by}` : ''}${cost}`;
  const material = (grant?.material ?? []).map(
    (shown) => `@${shown.revision} ${shown.type} by ${shown.by || 'the runtime'}`,
  );
  return [
    head,
    ...(text ? [`       ${oneLine(text, 110)}`] : []),
    ...(grant ? [paint.dim(`       asked in the turn granted at ${grant.revision}`)] : []),
    ...(material.length > 0 ? [paint.dim(`       shown: ${material.join(', ')}`)] : []),
    ...(led ? [paint.dim(`       ${LED[led]}`)] : []),
  ];
}
