/**
 * The work that all contestants do: a ring of agents that hand a text on. The first drafts, every other one
 * reviews; a ring of two is a producer and its reviewer, a ring of eight is a team of eight.
 *
 * The model is a stub that answers at once, so that only the machinery is measured. Every contestant keeps
 * the same texts.
 */
export interface Ring {
  /** Rings that run at the same time, each durable on its own. */
  teams: number;
  /** Agents in each ring. */
  agents: number;
  /** Answers of the model in each ring. */
  answers: number;
}

const sentence =
  'Split the table in three migrations: add the new columns, fill them in batches, then drop the old. ';

const draftText = sentence.repeat(5).slice(0, 480);
const reviewText = sentence.repeat(3).slice(0, 240);

/** What agent number `agent` says when it is its turn. */
export const answerOf = (agent: number): string => (agent === 0 ? draftText : reviewText);
