/**
 * A projection is what can be seen: a pure fold over recorded events, built on immer.
 * It is total over the event types it names (each has a handler, or does not compile) and passes over all others.
 */
import { produce } from 'immer';
import type { EventDefinition, EventOf, RecordedEvent } from '../events/event.ts';

export interface Projection<State> {
  readonly name: string;
  /** Raised when the shape or the meaning changes; persisted read models of another version are rebuilt. */
  readonly version: number;
  readonly initial: State;
  /** The types it hears; others leave the state untouched, the same object. */
  readonly hears: ReadonlySet<string>;
  apply(state: State, event: RecordedEvent): State;
}

type Handlers<State, Events extends Record<string, EventDefinition>> = {
  [Key in keyof Events]: (draft: State, event: EventOf<Events[Key]>) => void;
};

/** Defines a projection from named event definitions and one handler for each. */
export function defineProjection<
  State,
  const Events extends Record<string, EventDefinition>,
>(spec: {
  name: string;
  version: number;
  initial: State;
  events: Events;
  on: Handlers<State, Events>;
}): Projection<State> {
  const handlers = new Map<string, (draft: State, event: RecordedEvent) => void>();
  for (const key of Object.keys(spec.events)) {
    handlers.set(
      spec.events[key]!.type,
      spec.on[key]! as (draft: State, event: RecordedEvent) => void,
    );
  }
  return {
    name: spec.name,
    version: spec.version,
    initial: spec.initial,
    hears: new Set(handlers.keys()),
    apply(state, event) {
      const handler = handlers.get(event.type);
      if (!handler) return state;
      return produce(state, (draft) => {
        handler(draft as State, event);
      });
    },
  };
}

/** Folds events into the projection's state. */
export function project<State>(
  projection: Projection<State>,
  events: Iterable<RecordedEvent>,
  from = projection.initial,
): State {
  let state = from;
  for (const event of events) state = projection.apply(state, event);
  return state;
}
