/**
 * How a child team ended, from its state: what any machine's team has, whatever it works on. What it made is read from
 * its events by whoever knows their words.
 *
 * Invariant: the cost is what the child's doorkeeper has settled, and in full what was still reserved: never less than
 * what can be billed, never more than its limit unless a breach is recorded.
 */
import { type Amount, plus } from '../../events/amounts.ts';
import type { Json } from '../../events/event.ts';
import type { Ledger } from '../gate/ledger.ts';
import type { TeamState } from '../state/team-state.ts';
import type { TeamHandle } from '../team-handle.ts';
import type { ChildEnd } from '../worker.ts';

export async function endOfChild(child: TeamHandle): Promise<ChildEnd> {
  const state = await child.state();
  const { ended } = state;
  if (!ended) throw new Error(`child team ${child.id} has not ended`);
  const { type, data } = ended;
  const output: Json = data['output'] ?? null;
  const stopped = type === 'team.stopped';
  return {
    team: child.id,
    status: stopped ? 'stopped' : data['status'] === 'failed' ? 'failed' : 'done',
    reason: stopped ? `${data['reason']}: ${data['detail']}` : String(data['reason']),
    output,
    spent: spentBy(state),
    events: () => child.events(),
  };
}

function spentBy(state: TeamState): Amount {
  const { settled, reserved } = state.policies.get('budget') as unknown as Ledger;
  return plus(settled, reserved);
}
