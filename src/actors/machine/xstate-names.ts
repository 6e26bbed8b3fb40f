/** Every name of XState's own that the runtime relies on; an upgrade that changes one breaks here. */

/** Types of the actions that `transition` returns as data. */
export const ACTION = {
  emit: 'xstate.emit',
  spawnChild: 'xstate.spawnChild',
  stopChild: 'xstate.stopChild',
  raise: 'xstate.raise',
  cancel: 'xstate.cancel',
  assign: 'xstate.assign',
  sendTo: 'xstate.sendTo',
  forwardTo: 'xstate.forwardTo',
  sendParent: 'xstate.sendParent',
  log: 'xstate.log',
  enqueue: 'xstate.enqueueActions',
} as const;

export const isBuiltIn = (name: string | undefined) => name?.startsWith('xstate.') ?? false;

/** What a machine hears when invoked work has come to its output. */
export const doneEvent = (invoke: string) => `xstate.done.actor.${invoke}`;
/** What it hears when that work has failed. */
export const errorEvent = (invoke: string) => `xstate.error.actor.${invoke}`;

/** What a state hears when those inside it have come to their end. */
export const doneStateEvent = (state: string) => `xstate.done.state.${state}`;

export const isErrorEvent = (type: string) => type.startsWith('xstate.error.actor');
/** What begins and ends an actor. */
export const isLifeEvent = (type: string) => type === 'xstate.init' || type === 'xstate.stop';

/** What promise logic hears when its promise has resolved. */
export const PROMISE_RESOLVED = 'xstate.promise.resolve';

/** What logic of an observable hears from what it observes. */
export const OBSERVED = {
  active: 'xstate.observable.next',
  failed: 'xstate.observable.error',
  done: 'xstate.observable.complete',
} as const;

/** What a machine hears of a child that it observes. */
export const snapshotEvent = (child: string) => `xstate.snapshot.${child}`;

/** What an actor hears when it is stopped. */
export const STOPPED = 'xstate.stop';

/** What XState itself tells machines; nobody else may. */
export const isXstates = (type: string) => type.startsWith('xstate.');

/** The event by which an actor escalates an error to its parent. */
export const ESCALATED = 'xstate.error';

/** The name under which XState keeps logic that was written inline, and its parts: index and state id. */
export const inlineInvoke = (src: string) => /^xstate\.invoke\.(\d+)\.(.*)$/.exec(src);
