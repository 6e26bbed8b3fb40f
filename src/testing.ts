/**
 * `golden-horde/testing`: what a test of a team is made with. Time that one moves by hand, a store in memory, a model
 * that plays its parts from a seed, and trials of machines of one's own, with processes that are killed.
 */
export { SimulatedClock } from './actors/clock.ts';
export {
  CrashShows,
  crashAnywhere,
  given,
  type Happening,
  type Outcome,
  type Trial,
  type TrialOptions,
  tried,
} from './actors/trial.ts';
export { openMemoryStore } from './events/stores/memory-store.ts';
export { createRehearsalModel } from './hands/model/rehearsal/rehearsal-model.ts';
export { project, projectAt } from './projections/kit/projection.ts';
