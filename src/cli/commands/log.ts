/** `horde log`: the recorded events of a team. */

import type { RecordedEvent } from '../../events/event.ts';
import { topicMatches } from '../../events/topics.ts';
import { type Command, option } from '../command.ts';
import { wholeNumber } from '../numbers.ts';
import type { Output } from '../output.ts';
import { type ReadingOptions, reading } from '../reading.ts';
import { harmless, oneLine } from '../terminal-text.ts';

export interface LogOptions extends ReadingOptions {
  from?: number;
  follow?: boolean;
  type?: string;
  actor?: string;
}

export default {
  options: [
    option('--from <revision>', 'start at this revision', wholeNumber('--from', 0)),
    option('--follow', 'wait for more until the team has ended'),
    option('--type <pattern>', 'only these types: task.* is one level, agent.> any depth'),
    option('--actor <name>', 'only what this actor said or heard'),
  ],
  action: (call) =>
    reading(call, async ({ shell, team, output }) => {
      const { from = 0, follow = false, type, actor } = call.options;
      const signal = AbortSignal.any([shell.interruption(), output.out.ended]);
      const problems: string[] = [];
      const onPassedOver = ({ message }: Error) => void problems.push(message);
      for await (const event of team.events({ from, follow, signal, onPassedOver })) {
        if (signal.aborted) break;
        if (type !== undefined && !topicMatches(type, event.type)) continue;
        if (actor !== undefined && event.meta.actor !== actor && !event.meta.to?.includes(actor))
          continue;
        output.line(
          () => lineOf(event, output),
          () => event,
        );
      }
      if (problems.length > 0)
        output.note(
          harmless(
            `${problems.length} events could not be read and were passed over, first ${problems[0]}`,
          ),
        );
      return 0;
    }),
} satisfies Command<[team: string], LogOptions>;

function lineOf({ revision, type, data, meta }: RecordedEvent, { paint }: Output): string {
  // With its Z: the page tells local time, and says so too.
  const time = new Date(meta.at).toISOString().slice(11, 24);
  const who = oneLine(meta.actor ?? (meta.origin ? `(${meta.origin})` : ''), 60);
  const to = meta.to ? ` -> ${meta.to.join(', ')}` : '';
  const lost = [
    meta.deaf ? ` deaf: ${meta.deaf.join(', ')}` : '',
    meta.undeliverable ? ` undeliverable: ${meta.undeliverable.join(', ')}` : '',
  ].join('');
  const head = `${String(revision).padStart(5)}  ${time}  ${paint.cyan(type)}  ${who}${to}${paint.yellow(lost)}`;
  return `${head}  ${paint.dim(oneLine(JSON.stringify(data), 120))}`;
}
