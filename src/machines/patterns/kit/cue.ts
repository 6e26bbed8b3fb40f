/**
 * A cue: what in a request speaks for a pattern, as data. Its phrases are paraphrases of one thing, in the
 * language of the judge (`planning/language/phrase.ts`); the weight says how much that thing proves alone: 0.9 names
 * the pattern, 0.6 is enough for it, 0.35 needs company.
 */
export type CueRow = readonly [weight: number, reason: string, ...phrases: string[]];
