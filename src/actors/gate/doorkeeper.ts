/**
 * The doorkeeper stands in front of every piece of work: it asks each policy, and what they say together
 * becomes one recorded verdict. A refusal weighs more than a delay, a delay more than leave.
 */
import { NO_AMOUNT } from '../../events/amounts.ts';
import type { Json } from '../../events/event.ts';
import type { EffectClass } from '../../events/words/work.ts';
import type { Formed, OwedWork, TeamState } from '../state/team-state.ts';
import type { Worker, Workers } from '../worker.ts';
import { budget } from './budget.ts';
import { counts } from './counts.ts';
import type { FoldedEvent, Notice, Policy, Verdict } from './policy.ts';
import { repeats } from './repeats.ts';

export const standardPolicies: readonly Policy[] = [counts, repeats, budget];

export interface Doorkeeper {
  /** Sets up each policy's state. */
  open(state: TeamState, formed: Formed): void;
  /** Folds the event into each policy; returns what the doorkeeper says of it. */
  note(state: TeamState, event: FoldedEvent): Notice[];
  judge(state: TeamState, work: OwedWork, at: number): Verdict;
  effectOf(state: TeamState, work: OwedWork): EffectClass;
}

export function createDoorkeeper(policies: readonly Policy[], workers: Workers): Doorkeeper {
  const workerOf = (src: string): Worker | undefined =>
    Object.hasOwn(workers, src) ? workers[src] : undefined;
  const effectOf = (state: TeamState, work: OwedWork): EffectClass => {
    const effect = workerOf(work.src)?.effect ?? ownEffect(state, work);
    return typeof effect === 'function' ? effect(work.input as never) : effect;
  };
  return {
    effectOf,
    open(state, formed) {
      for (const policy of policies)
        state.policies.set(policy.name, policy.initial(formed) as Json);
    },
    note(state, event) {
      let said: Notice[] = NOTHING;
      for (const policy of policies) {
        const before = state.policies.get(policy.name);
        const after = policy.apply(before, event);
        if (after === before) continue;
        state.policies.set(policy.name, after as Json);
        const notices = policy.notices?.(before, after, event);
        if (notices && notices.length > 0) said = [...said, ...notices];
      }
      return said;
    },
    judge(state, work, at) {
      const question = { work, worker: workerOf(work.src), effect: effectOf(state, work), at };
      let verdict: Verdict = { admit: { reserved: NO_AMOUNT } };
      for (const policy of policies) {
        const opinion = policy.judge?.(state.policies.get(policy.name), question);
        if (!opinion) continue;
        if ('refuse' in opinion) return opinion;
        verdict = 'delay' in verdict ? verdict : opinion;
        if ('delay' in opinion && 'delay' in verdict && opinion.delay.until > verdict.delay.until)
          verdict = opinion;
      }
      return verdict;
    },
  };
}

const NOTHING: Notice[] = [];

/** Of work that no worker does: as the machine that owes it says, whatever another machine says of the same name. */
function ownEffect({ actors }: TeamState, { actor, src }: OwedWork): EffectClass {
  const effects = actors.get(actor)?.machine.effects;
  return effects && Object.hasOwn(effects, src) ? effects[src]! : 'repeatable';
}
