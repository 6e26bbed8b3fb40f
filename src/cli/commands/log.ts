/** `horde log`: the recorded events of a team. */

import type { RecordedEvent } from '../../events/event.ts';
import { topicMatches } from '../../events/topics.ts';
import { type Output, oneLine } from '../output.ts';
import { type ReadingOptions, reading } from '../reading.ts';

export interface LogOptions extends ReadingOptions {
  from?: number;
  follow?: boolean;
  type?: string;
  actor?: string;
}

export const log = (name: string, options: LogOptions): Promise<number> =>
  reading(name, options, async ({ team, output }) => {
    const left = new AbortController();
    const leave = () => left.abort();
    process.once('SIGINT', leave);
    const { from = 0, follow = false, type, actor } = options;
    for await (const event of team.events({ from, follow, signal: left.signal })) {
      if (left.signal.aborted) break;
      if (type !== undefined && !topicMatches(type, event.type)) continue;
      if (actor !== undefined && event.meta.actor !== actor && !event.meta.to?.includes(actor))
        continue;
      output.line(
        () => lineOf(event, output),
        () => event,
      );
    }
    process.off('SIGINT', leave);
    return 0;
  });

function lineOf({ revision, type, data, meta }: RecordedEvent, { paint }: Output): string {
  const time = new Date(meta.at).toISOString().slice(11, 23);
  const who = oneLine(meta.actor ?? (meta.origin ? `(${meta.origin})` : ''), 60);
  const to = meta.to ? ` -> ${meta.to.join(', ')}` : '';
  const lost = [
    meta.deaf ? ` deaf: ${meta.deaf.join(', ')}` : '',
    meta.undeliverable ? ` undeliverable: ${meta.undeliverable.join(', ')}` : '',
  ].join('');
  const head = `${String(revision).padStart(5)}  ${time}  ${paint.cyan(type)}  ${who}${to}${paint.yellow(lost)}`;
  return `${head}  ${paint.dim(oneLine(JSON.stringify(data), 120))}`;
}
