/** `horde inspect`: a team in the protocol of the Stately inspector, one message a line. */
import { hordeMachines } from '../machines/index.ts';
import { createInspection } from '../projections/inspection.ts';
import { type ReadingOptions, reading } from './reading.ts';

export interface InspectOptions extends ReadingOptions {
  follow?: boolean;
}

export const inspect = (name: string, options: InspectOptions): Promise<number> =>
  reading(name, options, async ({ team, output }) => {
    const inspected = createInspection((machine) => {
      const known = Object.hasOwn(hordeMachines, machine) ? hordeMachines[machine] : undefined;
      return known && JSON.stringify(known.machine.config);
    });
    const left = new AbortController();
    const leave = () => left.abort();
    process.once('SIGINT', leave);
    const follow = options.follow ?? false;
    for await (const event of team.events({ from: 0, follow, signal: left.signal })) {
      if (left.signal.aborted) break;
      for (const message of inspected(event))
        output.line(
          () => JSON.stringify(message),
          () => message,
        );
    }
    process.off('SIGINT', leave);
    return 0;
  });
