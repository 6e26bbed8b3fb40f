/**
 * What hearing each of the runtime's own events means to the team. The table is total: an event type of the
 * runtime's that has no line here, and is not among those that only tell, does not compile. What is not in it
 * settles work, or is heard by machines, as `understand` says.
 */
import type { ActorEffect, EventDefinition } from '../../events/event.ts';
import { limitsChanged } from '../../events/words/team.ts';
import type { TurnDraft, TurnEvent } from './draft.ts';
import { end } from './ending.ts';
import { deliver, fire, settle, stopRequested, subscribers, tellUnsaid } from './hearing.ts';
import { form, join, leave } from './members.ts';
import { takeUp } from './mending.ts';
import { settleChild } from './own-actors.ts';
import type { OwnData } from './own-events.ts';
import { armWork, shiftTimers } from './timers.ts';
import { fork, judgeAgain, lapse, workOf } from './works.ts';

type Handler<Data> = (draft: TurnDraft, event: TurnEvent, data: Data) => void;

const handlers: { readonly [Type in keyof OwnData]: Handler<OwnData[Type]> } = {
  'team.formed'(draft, event, formed) {
    form(draft, formed);
    join(draft, event, formed);
  },
  'leader.took'(draft, _event, { epoch, leader, package: version, code, downMs }) {
    Object.assign(draft.state, { epoch, leader, package: version, code });
    // While the team is paused its timers stand still anyway, and are moved when it continues.
    if (!draft.state.paused) shiftTimers(draft, downMs);
    lapse(draft);
  },
  'team.upgraded'() {},
  'team.forked'(draft, event, forked) {
    const { changed, changedUnsaid } = forked;
    fork(draft, forked);
    if (changed) draft.push(limitsChanged.type, changed);
    if (changedUnsaid) tellUnsaid(draft, event, limitsChanged.type, changedUnsaid);
  },
  'limits.changed'(draft, event) {
    deliver(draft, event, subscribers(draft, event));
  },
  'origin.refused'() {},
  'team.paused'({ state }, event) {
    delete event.meta.to;
    state.paused ??= { at: state.at };
  },
  'team.continued'(draft, event) {
    const { state } = draft;
    delete event.meta.to;
    if (state.paused) shiftTimers(draft, state.at - state.paused.at);
    state.paused = null;
  },
  'team.stopRequested'(draft, event) {
    stopRequested(draft, event);
  },
  'team.stopped'(draft, event) {
    end(draft, event);
  },
  'team.mended'(draft) {
    takeUp(draft);
  },
  'team.dissolved'(draft, event) {
    end(draft, event);
  },
  'timer.fired'(draft, event, fired) {
    fire(draft, event, fired);
  },
  'actor.faltered'() {},
  'work.admitted'(draft, event, { effect, reserved, outputTokensMax = null }) {
    Object.assign(workOf(draft, event), { status: 'admitted', effect, reserved, outputTokensMax });
  },
  'work.delayed'(draft, event, { reason, until, attempt }) {
    const work = workOf(draft, event);
    if (attempt !== undefined) work.attempt = attempt;
    work.status = 'delayed';
    work.waitsFor = reason.split(':', 1)[0] ?? reason;
    armWork(draft, work.id, until);
  },
  'work.started'(draft, event, { attempt }) {
    const work = workOf(draft, event);
    work.status = 'started';
    work.attempt = attempt;
  },
  'work.cancelled'() {},
  'work.late'({ state }, { meta }) {
    state.works.delete(meta.work ?? '');
  },
  'work.lapsed'(draft, event) {
    const work = workOf(draft, event);
    if (work.status === 'cancelled') draft.state.works.delete(work.id);
    else judgeAgain(draft, work);
  },
};

const byType: ReadonlyMap<string, Handler<never>> = new Map(Object.entries(handlers));

/** Applies an event to the team: its own handler, the work that it settles, or the machines that hear it. */
export function understand(
  draft: TurnDraft,
  event: TurnEvent,
  definition: EventDefinition | undefined,
): void {
  const handler = byType.get(event.type);
  // The catalog has checked the data against the very definition that types the handler.
  if (handler) handler(draft, event, event.data as never);
  else if (event.meta.work !== undefined) settle(draft, event, event.meta.work);
  else tell(draft, event, definition?.effect);
}

function tell(draft: TurnDraft, event: TurnEvent, effect: ActorEffect | undefined): void {
  const { actor, machine, input = null } = event.data;
  const arrival = effect === 'joins' ? draft.arrivalBy(event) : undefined;
  if (arrival) settleChild(draft, event, arrival);
  else if (effect === 'joins')
    join(draft, event, { actor: String(actor), machine: String(machine), input });
  if (effect === 'leaves') leave(draft, String(actor));
  deliver(draft, event, event.meta.to ?? subscribers(draft, event));
}
