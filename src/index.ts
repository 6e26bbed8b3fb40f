/** The public names of Golden Horde, listed by hand. */

export { type Clock, SimulatedClock, systemClock } from './actors/clock.ts';
export { type Fork, ForkRefused, type ForkWish } from './actors/fork.ts';
export type { FoldedEvent, Policy, Verdict, WorkQuestion } from './actors/gate/policy.ts';
export type { Governor } from './actors/governor/governor.ts';
export { createGovernor } from './actors/governor/token-governor.ts';
export { type Host, type HostOptions, startHost } from './actors/lead/host.ts';
export { LedElsewhere } from './actors/lead/leases.ts';
export { NotMended } from './actors/lead/mending.ts';
export type { Recovery } from './actors/lead/recovery.ts';
export { defaultLimits, limitsOf } from './actors/limits.ts';
export { type Activation, activationOf } from './actors/machine/activation.ts';
export {
  type MachineSource,
  type PromiseEffect,
  RegistrationError,
} from './actors/machine/registered-machine.ts';
export { createRuntime, type Runtime } from './actors/runtime.ts';
export type { RuntimeOptions } from './actors/runtime-options.ts';
export { type Divergence, DivergenceError } from './actors/state/fold.ts';
export { hashState, type TeamState } from './actors/state/team-state.ts';
export type { TeamAnswer } from './actors/team-answer.ts';
export type { Addressed, Sent, TeamHandle } from './actors/team-handle.ts';
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
export { createCatalog, type EventCatalog, UnreadableEvent } from './events/known-events.ts';
export {
  ANY_REVISION,
  type EventStore,
  NO_STREAM,
  RevisionConflict,
  StoreFailure,
  type Subscription,
} from './events/store.ts';
export { openMemoryStore } from './events/stores/memory-store.ts';
export { openStore } from './events/stores/open-store.ts';
export { topicMatches } from './events/topics.ts';
export { allMoves, vocabulary } from './events/words/index.ts';
export {
  defineMove,
  issue,
  line,
  type Move,
  passage,
  product,
  tag,
  text,
} from './events/words/moves.ts';
export type { PlayedScene, Plays } from './events/words/scene.ts';
export type { Limits } from './events/words/team.ts';
export type { EffectClass } from './events/words/work.ts';
export { type RunTeamInput, runTeam } from './hands/child/run-team.ts';
export { type HordeWorkersOptions, hordeWorkers } from './hands/horde-workers.ts';
export { createAnthropicClient } from './hands/model/anthropic/anthropic-client.ts';
export { callModel } from './hands/model/call-model.ts';
export type { ModelClient, ModelReply, ModelRequest } from './hands/model/model-client.ts';
export { answeredFromOrigin } from './hands/model/origin-answers.ts';
export {
  createPriceTable,
  loadPrices,
  type PriceTable,
} from './hands/model/prices.ts';
export { defaultModel } from './hands/model/providers.ts';
export { createRehearsalModel } from './hands/model/rehearsal/rehearsal-model.ts';
export { createPerson, type Person } from './hands/people/person.ts';
// machines: what may happen next
export { hordeMachines, hordeWith } from './machines/index.ts';
export { patterns } from './machines/patterns/index.ts';
export { definePattern } from './machines/patterns/kit/define-pattern.ts';
export type { PatternDefinition, PatternSays } from './machines/patterns/kit/pattern.ts';
export {
  type Ending,
  type HeardMove,
  type Memory,
  on,
  type PatternSpec,
  type PatternState,
  type PatternStep,
  refills,
  sole,
} from './machines/patterns/kit/pattern-spec.ts';
export {
  granting,
  handedIn,
  listed,
  lostNotes,
  progress,
  type Turn,
  taskFor,
  thereOf,
} from './machines/patterns/kit/turn-taking.ts';
// planning: from a request to a team
export { Catalog, type CatalogSources } from './planning/catalog/catalog.ts';
export { CatalogFailure } from './planning/catalog/catalog-file.ts';
export { formTeam, type TeamPlan, type TeamWish } from './planning/formation.ts';
export type { Offer } from './planning/offer.ts';
export { recommend } from './planning/recommend.ts';
export { planRecommended, type Recommendation, wishOf } from './planning/recommendation.ts';
export {
  formWorkflow,
  type WorkflowPlan,
  type WorkflowWish,
} from './planning/workflows/form-workflow.ts';
export { workflows } from './planning/workflows/workflow-list.ts';
// projections: what can be seen
export { board } from './projections/board/board.ts';
export { type CauseChain, causeChain } from './projections/causes/cause-chain.ts';
export { type Difference, firstDifference } from './projections/comparison/first-difference.ts';
export { type Comparison, compareTeams } from './projections/comparison/team-comparison.ts';
export { type ChangeOfMind, changesOfMind } from './projections/decisions/changes-of-mind.ts';
export { decisions } from './projections/decisions/decisions.ts';
export { defineProjection, type Projection, project } from './projections/kit/projection.ts';
export { emptyMerged, merge, merged, updateOf } from './projections/merged/merged.ts';
export type { Merged } from './projections/merged/merged-state.ts';
export { type MergedView, mergedView } from './projections/merged/merged-view.ts';
export { metrics } from './projections/metrics/metrics.ts';
export { report, reportFrom, reportOf } from './projections/report/report.ts';
export type { Report } from './projections/report/report-layers.ts';
export { renderReport } from './projections/report/report-markdown.ts';
export { transcript } from './projections/transcript/transcript.ts';
export { type TeamVerdict, verdict } from './projections/verdict/verdict.ts';
export { toneOf, verdictWords, whyWords } from './projections/verdict/verdict-words.ts';
export { type LiveExport, startLiveExport } from './telemetry/live/live-export.ts';
export { type LogRecord, logRecords } from './telemetry/otlp/log-records.ts';
export { exportTeam } from './telemetry/otlp/otlp-export.ts';
export { openProcessLog, type ProcessLog } from './telemetry/process-log/process-log.ts';
export type { Span } from './telemetry/spans/span.ts';
export { traceSpans } from './telemetry/spans/trace-spans.ts';
// visualizer: what a person looks at
export {
  createVisualizer,
  type Visualizer,
  type VisualizerOptions,
} from './visualizer/server/server.ts';
export type { Hands } from './visualizer/server/steering.ts';
