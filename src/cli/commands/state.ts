/** `horde state`: the state of all actors of a team, at any revision. */

import type { Ledger } from '../../actors/gate/ledger.ts';
import { hashState, type TeamState } from '../../actors/state/team-state.ts';
import type { Json } from '../../events/event.ts';
import type { Command } from '../command.ts';
import { AT } from '../options.ts';
import { type PastOptions, reading, turnEnd } from '../reading.ts';
import { harmless, table } from '../terminal-text.ts';

export default {
  options: [AT],
  action: (call) =>
    reading(call, async (site) => {
      const at = await turnEnd(site, call.options.at);
      const folded = await site.team.state(at === undefined ? {} : { at });
      site.output.result(
        () => harmless(textOf(folded)),
        () => documentOf(folded),
      );
      return 0;
    }),
} satisfies Command<[team: string], PastOptions>;

interface ActorShown {
  machine: string;
  status: string;
  state: Json;
  context: Json;
}

function documentOf(state: TeamState) {
  const actors: Record<string, ActorShown> = {};
  for (const { id, machine, snapshot, status } of state.actors.values()) {
    actors[id] = {
      machine: machine.name,
      status,
      state: snapshot.value as Json,
      context: snapshot.context as Json,
    };
  }
  return {
    team: state.formed?.team,
    revision: state.revision,
    stateHash: hashState(state),
    actors,
    budget: budgetOf(state),
    works: [...state.works.values()].map(({ id, src, status, attempt }) => ({
      work: id,
      src,
      status,
      attempt,
    })),
    timers: [...state.timers.values()].map(({ actor, timer, dueAt }) => ({ actor, timer, dueAt })),
  };
}

/** Limit, settled and reserved at this revision. */
function budgetOf(state: TeamState) {
  const ledger = state.policies.get('budget') as unknown as Ledger | undefined;
  if (!ledger) return null;
  const { limit, settled, reserved, aside } = ledger;
  return { limit, settled, reserved, aside };
}

function textOf(state: TeamState): string {
  const shown = documentOf(state);
  const actors = Object.entries(shown.actors).map(([id, { machine, state: value, status }]) => [
    id,
    machine,
    status,
    JSON.stringify(value),
  ]);
  const { budget } = shown;
  return [
    `team ${shown.team} at revision ${shown.revision}, state ${shown.stateHash.slice(0, 16)}`,
    table([['actor', 'machine', 'status', 'state'], ...actors]),
    ...(budget
      ? [
          `tokens: ${budget.settled.tokens} settled, ${budget.reserved.tokens} reserved, limit ${budget.limit.tokens ?? 'none'}`,
        ]
      : []),
    ...shown.works.map(({ work, src, status }) => `waits for ${src} (${work}), ${status}`),
  ].join('\n');
}
