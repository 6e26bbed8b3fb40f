/** `golden-horde/workers`: who does the work of the horde's teams: models, tools, people, other teams. */
export { type Worker, type Workers, WorkFailure } from './actors/worker.ts';
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
export { createPerson, type Person } from './hands/people/person.ts';
