/**
 * `golden-horde/runtime`: the engine alone, for any XState machine. It loads no model, no protocol of a store that is not
 * opened, no planning and no page.
 */
export { type Clock, systemClock } from './actors/clock.ts';
export { type Fork, ForkRefused, type ForkWish } from './actors/fork.ts';
export type { FoldedEvent, Policy, Verdict, WorkQuestion } from './actors/gate/policy.ts';
export type { Governor } from './actors/governor/governor.ts';
export { createGovernor } from './actors/governor/token-governor.ts';
export { type Host, type HostOptions, startHost } from './actors/lead/host.ts';
export { LedElsewhere } from './actors/lead/leases.ts';
export { defaultLimits, limitsOf } from './actors/limits.ts';
export { type Activation, activationOf } from './actors/machine/activation.ts';
export {
  type EventShape,
  type MachineSource,
  RegistrationError,
} from './actors/machine/registered-machine.ts';
export type { WorkPolicy } from './actors/machine/work-policy.ts';
export { createRuntime, type Runtime } from './actors/runtime.ts';
export type { RuntimeOptions } from './actors/runtime-options.ts';
export { type Divergence, DivergenceError } from './actors/state/fold.ts';
export { hashState, type TeamState } from './actors/state/team-state.ts';
export type { TeamHandle } from './actors/team-handle.ts';
export { type StartOptions, TeamExists } from './actors/team-plan.ts';
export { TeamEnded, UnknownTeam } from './actors/team-reader.ts';
export type { TeamResult } from './actors/team-result.ts';
export {
  type ChildEnd,
  type ChildPlan,
  type WorkContext,
  type Worker,
  type Workers,
  WorkFailure,
} from './actors/worker.ts';
export type { Amount, Usage } from './events/amounts.ts';
export { defineEvent, type EventOf, type Json, type RecordedEvent } from './events/event.ts';
export { actorId, teamId, teamStream } from './events/ids.ts';
export { createCatalog, type EventCatalog, UnreadableEvent } from './events/known-events.ts';
export { type EventStore, RevisionConflict, StoreFailure } from './events/store.ts';
export { openStore } from './events/stores/open-store.ts';
export { topicMatches } from './events/topics.ts';
export type { Limits } from './events/words/team.ts';
export type { EffectClass } from './events/words/work.ts';
export { defineProjection, type Projection, project } from './projections/kit/projection.ts';
