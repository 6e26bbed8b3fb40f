/**
 * Work that machines wait for, from owing it to giving it up. Whose result it is and who hears it is said by
 * `hearing`; what the doorkeeper thinks of it comes in as recorded rulings.
 *
 * Invariants
 * 1. A piece of work is one activation: its actor, its invoke id and the revision that armed it.
 * 2. What was started and paid for stays until it settles, although nobody waits for it any more.
 */
import { NO_AMOUNT } from '../../events/amounts.ts';
import { workCancelled, workFailed, workLapsed } from '../../events/words/work.ts';
import { becomeFork, type Forked } from '../state/forked-state.ts';
import type { OwedWork } from '../state/team-state.ts';
import type { TurnDraft, TurnEvent } from './draft.ts';
import { disarmWork } from './timers.ts';

/** What was begun may cost although nobody waits for it any more: it keeps its reservation until it settles. */
export const settlesLate = ({ effect }: OwedWork): boolean =>
  effect === 'paid' || effect === 'attaching';

/** A machine begins to wait for something. */
export function owe(
  draft: TurnDraft,
  actor: string,
  wish: Pick<OwedWork, 'invoke' | 'src' | 'input' | 'session' | 'logic'>,
): void {
  const { invoke } = wish;
  const { state, armed, cause = 0 } = draft;
  let id = `${actor}/${invoke}@${cause}`;
  // Left and entered again within one event: a new activation all the same.
  for (let n = 2; state.works.has(id) || armed.some((work) => work.id === id); n++)
    id = `${actor}/${invoke}@${cause}.${n}`;
  const work: OwedWork = {
    id,
    actor,
    ...wish,
    armed: cause,
    through: cause,
    status: 'owed',
    effect: null,
    reserved: NO_AMOUNT,
    outputTokensMax: null,
    attempt: 0,
    waitsFor: null,
  };
  state.works.set(id, work);
  armed.push(work);
}

/** The work that an event speaks of. */
export function workOf({ state }: TurnDraft, { type, meta }: TurnEvent): OwedWork {
  const work = state.works.get(meta.work ?? '');
  if (!work) throw new Error(`${type} speaks of ${meta.work}, which is not owed`);
  return work;
}

/** Its machine has left the state that waits for it. */
export function cancelWaited(draft: TurnDraft, actor: string, invoke: string): void {
  for (const work of draft.state.works.values()) {
    if (work.actor !== actor || work.invoke !== invoke || work.status === 'cancelled') continue;
    cancel(draft, work);
    return;
  }
}

/** The promise of one's own that a reference stands for is not waited for any more. */
export function cancelSession(draft: TurnDraft, session: string): void {
  for (const work of [...draft.state.works.values()])
    if (work.session === session) cancel(draft, work);
}

/** Nothing is owed to an actor that is no longer active. */
export function cancelAll(draft: TurnDraft, actor: string): void {
  for (const work of [...draft.state.works.values()]) if (work.actor === actor) cancel(draft, work);
}

function cancel(draft: TurnDraft, work: OwedWork): void {
  if (work.status === 'cancelled') return;
  const { id, src, status, effect } = work;
  const started = status === 'started';
  if ((started || status === 'admitted') && (settlesLate(work) || effect === 'once'))
    draft.push(workCancelled.type, { work: id, src, started }, { work: id });
  disarmWork(draft, id);
  if (started && settlesLate(work)) work.status = 'cancelled';
  else draft.state.works.delete(id);
}

/** Judged again when the turn is quiescent. */
export function judgeAgain(draft: TurnDraft, work: OwedWork): void {
  work.status = 'owed';
  work.waitsFor = null;
  disarmWork(draft, work.id);
}

/** Something settled: whoever waits for reserved tokens is judged again at the end of this turn. */
export function judgeWaiting(draft: TurnDraft): void {
  for (const work of draft.state.works.values())
    if (work.status === 'delayed' && work.waitsFor === 'budget') judgeAgain(draft, work);
}

/**
 * After a crash: paid attempts count as spent and are judged anew, once-only work has an unknown outcome, and what
 * may be done again without a record of its start has perhaps been under way. A child team has its own stream and is
 * attached to again, so its reservation stands.
 */
export function lapse(draft: TurnDraft): void {
  for (const work of [...draft.state.works.values()]) {
    const { id, src, attempt, reserved, status, effect } = work;
    if (status === 'started' && effect === 'once') {
      const message =
        'the process ended while this work, which must not be done twice, was under way';
      unknownOutcome(draft, id, message);
    } else if ((status === 'started' || status === 'cancelled') && effect === 'paid') {
      draft.push(workLapsed.type, { work: id, src, attempt, settled: reserved }, { work: id });
    } else if (status === 'admitted' && (effect === 'repeatable' || effect === 'converging')) {
      work.attempt += 1;
    }
  }
}

/** From here on the stream is another team's: what the origin had under way is owed anew, or unknown. */
export function fork(draft: TurnDraft, forked: Forked): void {
  const { again, unknown } = becomeFork(draft.state, forked);
  // Another model is asked anew, with all that is known by now; the same one as it was asked.
  if (forked.model !== undefined) draft.armed.push(...again);
  const message =
    'the team was forked while this work, which must not be done twice, was under way';
  for (const { id } of unknown) unknownOutcome(draft, id, message);
}

const unknownOutcome = (draft: TurnDraft, work: string, message: string) =>
  draft.push(workFailed.type, { kind: 'outcomeUnknown', message }, { work });
