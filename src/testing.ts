/**
 * `golden-horde/testing`: what a test of a team is made with. Time that one moves by hand, a store in memory, a model
 * that plays its parts from a seed.
 */
export { SimulatedClock } from './actors/clock.ts';
export { openMemoryStore } from './events/stores/memory-store.ts';
export { createRehearsalModel } from './hands/model/rehearsal/rehearsal-model.ts';
export { project, projectAt } from './projections/kit/projection.ts';
