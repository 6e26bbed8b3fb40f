/**
 * A step of a pattern: from what it remembers and what it hears to what it remembers then and what it says.
 * Steps are pure functions, tested and read on their own; the chart of the pattern names when each is taken.
 */
import { type EventObject, enqueueActions, type MachineContext } from 'xstate';
import type { PatternSays } from './pattern.ts';

export interface Taken<Context> {
  remember?: Partial<Context>;
  say?: readonly PatternSays[];
}

/** The action that takes a step. Which event reaches it is the chart's to say; `Event` is what it expects. */
export function step<Context extends MachineContext, Event extends EventObject = EventObject>(
  take: (context: Context, event: Event) => Taken<Context>,
) {
  return enqueueActions<Context, any, undefined, any, any, any, any, any, PatternSays>(
    ({ context, event, enqueue }) => {
      const { remember, say } = take(context, event as Event);
      if (remember) enqueue.assign(remember);
      if (say) for (const said of say) enqueue.emit(said);
    },
  );
}
