/**
 * A turn: one stimulus carried to quiescence. The whole of what the runtime decides happens here, purely:
 * the same state, stimulus and rulings give the same events, live and in replay. `draft` holds what is said,
 * `handlers` what each event means; its other neighbours are what they mean it for.
 *
 * Invariants
 * 1. First said, first heard: events are recorded in the order in which they are heard.
 * 2. Work is judged when the turn is quiescent; a refusal is heard within the same turn.
 * 3. A turn that cannot complete changes nothing: it is replaced by its stimulus, unheard, and `team.stopped`.
 */
import { UNTYPED } from '../../events/known-events.ts';
import { teamDissolved, teamFormed } from '../../events/words/team.ts';
import { workAdmitted, workDelayed, workStarted } from '../../events/words/work.ts';
import { foldedOf } from '../gate/policy.ts';
import { UnknownMachine } from '../machine/registered-machine.ts';
import { type Formed, forkState, type TeamState } from '../state/team-state.ts';
import {
  type Rule,
  type Stimulus,
  TurnDraft,
  type TurnEvent,
  TurnOverrun,
  type TurnRules,
} from './draft.ts';
import { end } from './ending.ts';
import { understand } from './handlers.ts';
import { form } from './members.ts';
import { setAside } from './mending.ts';
import type { Act } from './post.ts';
import type { RecordedTurn } from './recorded-turn.ts';
import { judgeWaiting } from './works.ts';

export interface TurnOutcome {
  state: TeamState;
  events: TurnEvent[];
  /** What custom actions have to do once it is appended. */
  acts: readonly Act[];
}

/** Carries a stimulus to quiescence on a copy of the state. Never throws for what a machine does. */
export function takeTurn(
  before: TeamState,
  stimulus: Stimulus,
  rules: TurnRules,
  rule: Rule,
  recorded?: RecordedTurn,
): TurnOutcome {
  const limit = before.formed?.limits.turns ?? Number.POSITIVE_INFINITY;
  if (before.turn >= limit)
    return stopInstead(before, stimulus, rules, 'turnsSpent', `${limit} turns are over`);
  try {
    // In replay the state is used up: a turn that was recorded does not fail, or it diverges.
    const state = recorded ? before : forkState(before);
    const draft: TurnDraft = new TurnDraft(state, stimulus, rules, recorded, (event) =>
      hear(draft, event),
    );
    run(draft, rule);
    return { state: draft.state, events: draft.events, acts: draft.acts };
  } catch (error) {
    // What was recorded with a machine that is not known here cannot be folded here; nothing is wrong with it.
    if (recorded && error instanceof UnknownMachine) throw error;
    const reason = error instanceof TurnOverrun ? error.reason : 'poisoned';
    const detail = error instanceof Error ? error.message : String(error);
    return stopInstead(before, stimulus, rules, reason, detail);
  }
}

/** The turn that stands for one that could not complete. */
export function stopInstead(
  before: TeamState,
  stimulus: Stimulus,
  rules: TurnRules,
  reason: string,
  detail: string,
): TurnOutcome {
  const draft = new TurnDraft(forkState(before), stimulus, rules);
  const [event] = draft.events;
  if (event?.type === teamFormed.type) form(draft, event.data as Formed);
  if (event && MENDABLE.has(reason)) setAside(draft, event);
  if (event) unhear(event);
  end(draft, draft.pushEnd(reason, detail.slice(0, 4000)));
  draft.finish();
  return { state: draft.state, events: draft.events, acts: [] };
}

/** Whom it was for and who has not heard it. */
function unhear({ meta }: TurnEvent): void {
  if (meta.to && meta.to.length > 0) meta.undeliverable = meta.to;
  delete meta.to;
}

/** What came over a turn that other machines, or other bounds, may not come over it again. */
const MENDABLE = new Set(['poisoned', 'turnTooLong', 'turnTooLarge']);

function run(draft: TurnDraft, rule: Rule): void {
  const { events } = draft;
  let heard = 0;
  do {
    for (let event = events[heard]; event; event = events[heard]) {
      if (!draft.isHeard(event)) hear(draft, event);
      heard += 1;
    }
  } while (quiesce(draft, rule));
  draft.finish();
}

/** Everything said has been heard: judge what is owed, then see whether the team has ended. */
function quiesce(draft: TurnDraft, rule: Rule): boolean {
  const { state, events } = draft;
  if (state.ended) return false;
  draft.cause = undefined;
  if (draft.dissolution) {
    draft.push(teamDissolved.type, draft.dissolution);
    draft.dissolution = undefined;
    return true;
  }
  if (state.paused) return false;
  for (const work of state.works.values()) {
    if (work.status !== 'owed') continue;
    const rulings = rule(state, work, state.at, events.length);
    for (const { type, data } of rulings) draft.push(type, data, { work: work.id });
    // One verdict at a time: it changes the ground on which the next is judged.
    if (rulings.length > 0) return true;
  }
  return false;
}

function hear(draft: TurnDraft, event: TurnEvent): void {
  const { state, rules } = draft;
  // A word that is recorded untyped is its machine's own, whatever the horde means by it.
  const definition = event.version === UNTYPED ? undefined : rules.catalog.get(event.type);
  draft.cause = event.revision;
  understand(draft, event, definition);
  const folded = foldedOf(event, definition, state.system === undefined);
  for (const { type, data } of rules.doorkeeper.note(state, folded)) draft.push(type, data);
  if (folded.work !== undefined && !UNSETTLED.has(event.type)) judgeWaiting(draft);
}

/** Words about work that settle nothing: nobody gets reserved tokens back by them. */
const UNSETTLED: ReadonlySet<string> = new Set([
  workAdmitted.type,
  workDelayed.type,
  workStarted.type,
]);
