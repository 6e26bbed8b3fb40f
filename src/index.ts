/** The public names of Golden Horde, listed by hand. */

// actors: who makes it happen
export { type Clock, SimulatedClock, systemClock } from './actors/clock.ts';
export type { FoldedEvent, Policy, Verdict, WorkQuestion } from './actors/doorkeeper/policy.ts';
export { type Divergence, DivergenceError } from './actors/fold.ts';
export { type Fork, ForkRefused, type ForkWish } from './actors/fork.ts';
export type { Governor } from './actors/governor.ts';
export { type HordeWorkersOptions, hordeWorkers } from './actors/horde-workers.ts';
export { defaultLimits, limitsOf } from './actors/limits.ts';
export { type LiveExport, startLiveExport } from './actors/live-export.ts';
export { createAnthropicClient } from './actors/model/anthropic-client.ts';
export { callModel } from './actors/model/call-model.ts';
export {
  createPriceTable,
  defaultModel,
  loadPrices,
  type PriceTable,
} from './actors/model/prices.ts';
export type { ModelClient, ModelReply, ModelRequest } from './actors/model-client.ts';
export { answeredFromOrigin } from './actors/origin-answers.ts';
export { exportTeam } from './actors/otlp-export.ts';
export { createPerson, type Person } from './actors/person.ts';
export { type MachineSource, RegistrationError } from './actors/registration.ts';
export { createRehearsalModel } from './actors/rehearsal/rehearsal-model.ts';
export { type RunTeamInput, runTeam } from './actors/run-team.ts';
export {
  createRuntime,
  type Runtime,
  type RuntimeOptions,
  type StartOptions,
} from './actors/runtime.ts';
export { type Comparison, compareTeams } from './actors/team-comparison.ts';
export { TeamEnded, type TeamHandle, type TeamResult } from './actors/team-handle.ts';
export { LedElsewhere } from './actors/team-leases.ts';
export { openTeamLog, type TeamLog } from './actors/team-log.ts';
export { UnknownTeam } from './actors/team-reader.ts';
export { hashState, type TeamState } from './actors/team-state.ts';
export { createGovernor } from './actors/token-governor.ts';
export {
  type ChildEnd,
  type ChildPlan,
  type WorkContext,
  type Worker,
  type Workers,
  WorkFailure,
} from './actors/worker.ts';
export { createCatalog, type EventCatalog, UnreadableEvent } from './events/catalog.ts';
// events: what has happened
export type {
  EventDefinition,
  EventMeta,
  EventOf,
  Heard,
  Json,
  JsonObject,
  NewEvent,
  RawEvent,
  RecordedEvent,
  Said,
} from './events/event.ts';
export { defineEvent } from './events/event.ts';
export {
  type ActorId,
  actorId,
  type StreamName,
  type TeamId,
  teamId,
  teamStream,
} from './events/ids.ts';
export { openMemoryStore } from './events/memory-store.ts';
export { openStore } from './events/open-store.ts';
export {
  ANY_REVISION,
  type EventStore,
  NO_STREAM,
  RevisionConflict,
  StoreFailure,
  type Subscription,
} from './events/store.ts';
export { topicMatches } from './events/topics.ts';
export { allMoves, vocabulary } from './events/vocabulary/index.ts';
export type { Limits } from './events/vocabulary/team.ts';
export type { Amount, EffectClass, Usage } from './events/vocabulary/work.ts';
// machines: what may happen next
export { hordeMachines } from './machines/index.ts';
export { patterns } from './machines/patterns/index.ts';
export type { PatternDefinition } from './machines/patterns/pattern.ts';
// planning: from a request to a team
export { Catalog, type CatalogSources } from './planning/catalog.ts';
export { CatalogFailure } from './planning/catalog-file.ts';
export { formTeam, type TeamPlan, type TeamWish } from './planning/formation.ts';
export { type Offer, type Selection, select, wishOf } from './planning/selection.ts';
export {
  formWorkflow,
  type WorkflowPlan,
  type WorkflowWish,
  workflows,
} from './planning/workflows.ts';
// projections: what can be seen
export { board } from './projections/board.ts';
export { type CauseChain, causeChain } from './projections/cause-chain.ts';
export { type ChangeOfMind, changesOfMind } from './projections/changes-of-mind.ts';
export { decisions } from './projections/decisions.ts';
export { type Difference, firstDifference } from './projections/first-difference.ts';
export { type LogRecord, logRecords } from './projections/log-records.ts';
export { emptyMerged, type Merged, merge, merged, updateOf } from './projections/merged.ts';
export { type MergedView, mergedView } from './projections/merged-view.ts';
export { metrics } from './projections/metrics.ts';
export { defineProjection, type Projection, project } from './projections/projection.ts';
export { type Report, report, reportFrom, reportOf } from './projections/report.ts';
export { renderReport } from './projections/report-markdown.ts';
export type { Span } from './projections/span.ts';
export { traceSpans } from './projections/trace-spans.ts';
export { transcript } from './projections/transcript.ts';
// visualizer: what a person looks at
export {
  createVisualizer,
  type Visualizer,
  type VisualizerOptions,
} from './visualizer/server.ts';
export type { Hands } from './visualizer/steering.ts';
