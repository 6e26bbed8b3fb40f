/**
 * Which kind of logic an actor runs, told from how it steps: XState names kinds nowhere. Logic of a promise
 * becomes work of the team; the others become actors of the same stream.
 */
import { type AnyActorLogic, type AnyStateMachine, StateMachine } from 'xstate';
import { OBSERVED, PROMISE_RESOLVED } from '../machine/xstate-names.ts';

/**
 * `machine` and `transition` step purely and are whole in the fold; `observable` steps purely and is told by a
 * live hand what to step by; `callback` has no state but its live hand.
 */
type LogicKind = 'machine' | 'promise' | 'transition' | 'observable' | 'callback';

export const isMachine = (logic: unknown): logic is AnyStateMachine =>
  logic instanceof StateMachine ||
  (typeof logic === 'object' && logic !== null && 'root' in logic && 'getStateNodeById' in logic);

const kinds = new WeakMap<object, LogicKind>();

export function logicKind(logic: AnyActorLogic): LogicKind {
  let kind = kinds.get(logic);
  if (!kind) {
    kind = told(logic);
    kinds.set(logic, kind);
  }
  return kind;
}

/** A hand that talks back runs beside the fold, for as long as its actor is active. */
export const isLive = (kind: LogicKind): boolean => kind === 'observable' || kind === 'callback';

function told(logic: AnyActorLogic): LogicKind {
  if (isMachine(logic)) return 'machine';
  if (!logic.start) return 'transition';
  const after = (type: string): unknown => statusAfter(logic, { type, data: 1 });
  if (after(PROMISE_RESOLVED) === 'done') return 'promise';
  return after(OBSERVED.done) === 'done' ? 'observable' : 'callback';
}

function statusAfter(logic: AnyActorLogic, event: { type: string; data: unknown }): unknown {
  try {
    const active = { status: 'active', output: undefined, error: undefined, input: undefined };
    return logic.transition(active, event, {} as never).status;
  } catch {
    return undefined;
  }
}
