/**
 * Rulings of a leader on work that its team comes to owe: the doorkeeper's verdict, and beside it, when the governor
 * would give leave at once, the start. Pure: leave is only looked at here (`permits.ts`).
 */
import type { JsonObject } from '../../events/event.ts';
import type { Doorkeeper } from '../gate/doorkeeper.ts';
import type { OwedWork, TeamState } from '../state/team-state.ts';
import type { Ruling } from '../turn/draft.ts';
import type { Asking } from './permits.ts';

export function rulingsOn(
  state: TeamState,
  work: OwedWork,
  at: number,
  doorkeeper: Doorkeeper,
  asking: Asking,
): Ruling[] {
  const { id, src } = work;
  const verdict = doorkeeper.judge(state, work, at);
  if ('refuse' in verdict)
    return [{ type: 'work.refused', data: { work: id, src, kind: 'refused', ...verdict.refuse } }];
  if ('delay' in verdict)
    return [{ type: 'work.delayed', data: { work: id, src, ...verdict.delay } }];
  const effect = doorkeeper.effectOf(state, work);
  const admitted: Ruling = {
    type: 'work.admitted',
    data: { work: id, src, effect, purpose: purposeOf(work), ...verdict.admit },
  };
  if (effect === 'repeatable' || effect === 'converging') return [admitted];
  const outlook = asking.look(work);
  if (outlook === 'later') return [admitted];
  if (outlook !== 'now') return [{ type: 'work.delayed', data: { work: id, src, ...outlook } }];
  return [admitted, { type: 'work.started', data: { work: id, src, attempt: work.attempt + 1 } }];
}

const purposeOf = ({ input }: OwedWork): 'synthesis' | 'work' =>
  (input as JsonObject | null)?.['purpose'] === 'synthesis' ? 'synthesis' : 'work';
