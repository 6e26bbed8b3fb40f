/**
 * A step: from what a machine remembers and what it hears to what it remembers then and what it says.
 * Steps are pure functions, read and tested on their own; the chart names when each is taken.
 */
import { type EventObject, enqueueActions, type MachineContext } from 'xstate';

export interface Taken<Context, Says extends EventObject> {
  remember?: Partial<Context>;
  /** In this order. */
  say?: readonly Says[];
}

/** The action that takes a step. Which event reaches it is the chart's to say; `Event` is what it expects. */
export function step<Context extends MachineContext, Says extends EventObject, Event = any>(
  take: (context: Context, event: Event) => Taken<Context, Says>,
) {
  return enqueueActions<Context, any, undefined, any, any, any, any, any, Says>(
    ({ context, event, enqueue }) => {
      const { remember, say } = take(context, event as Event);
      if (remember) enqueue.assign(remember);
      if (say) for (const said of say) enqueue.emit(said);
    },
  );
}
