/**
 * Work in stages: which phases of a project a request walks through, in which order.
 *
 * Verbs of work that begin clauses are read from left to right and laid on the phases learn, plan, make,
 * verify, present. Two phases that build on each other make a line; two small chores joined by "then" do
 * not: opening a file and printing it are not phases. Pure.
 */

import { quote } from '../language/phrase.ts';
import { NOUNS, PHASES } from '../language/vocabulary.ts';
import { JOINTS, type Reading, type Word } from '../language/word.ts';

interface Step {
  verb: string;
  phase: number;
  at: number;
}

const PHASE_NAMES = ['learn', 'plan', 'make', 'verify', 'present'];

/** The signal of dependent stages, or undefined when there are none. */
export function phasesIn(
  reading: Reading,
): { weight: number; evidence: string; reason: string } | undefined {
  const steps = stepsOf(reading.words);
  const phases = new Set(steps.map((step) => step.phase));
  const weight = weigh(steps, phases, reading.words);
  if (weight === 0) return undefined;
  const names = [...phases].sort().map((phase) => PHASE_NAMES[phase]);
  return {
    weight,
    evidence: quote(
      steps.map((step) => step.verb).flatMap((verb, i) => (i ? ['→', verb] : [verb])),
    ),
    reason: `${steps.length} steps in ${names.length} phases (${names.join(', ')}), each using the one before`,
  };
}

function weigh(
  steps: readonly Step[],
  phases: ReadonlySet<number>,
  words: readonly Word[],
): number {
  const ordered = steps.filter((step, i) => i > 0 && step.phase >= steps[i - 1]!.phase).length;
  if (phases.size >= 3 && steps.length >= 4 && ordered >= 2) return 0.82;
  if (phases.size >= 3 && ordered >= 2) return 0.74;
  if (phases.size >= 2 && steps.length >= 3 && ordered >= 1) return 0.64;
  return buildsOnThinking(steps) && !isChore(words) ? 0.6 : 0;
}

/** The first thing named is soon done: "design a table and then write the migration". */
function isChore(words: readonly Word[]): boolean {
  const object = words.find((word) => word.tag === 'noun');
  return object !== undefined && NOUNS.CHORE.has(object.lemma);
}

/** Learning or planning, and then making: the second cannot start before the first is done. */
function buildsOnThinking(steps: readonly Step[]): boolean {
  return steps.some(
    (step, i) => step.phase <= 1 && steps.slice(i + 1).some((next) => next.phase === 2),
  );
}

/** Distinct verbs of work where clauses begin, spoken to the one asked. */
function stepsOf(words: readonly Word[]): Step[] {
  const steps: Step[] = [];
  for (const [at, word] of words.entries()) {
    if (!leads(words, at)) continue;
    const phase = PHASES.findIndex((verbs) => verbs.has(word.lemma));
    if (phase < 0 || steps.some((step) => step.verb === word.lemma)) continue;
    steps.push({ verb: word.lemma, phase, at });
  }
  return steps;
}

/** A verb, or the bare name of a phase, at the beginning of a clause; or what somebody is to do. */
function leads(words: readonly Word[], at: number): boolean {
  const word = words[at]!;
  if (word.tag === 'verb' && words[at - 1]?.tag === 'who') return true;
  const next = words[at + 1];
  const bare = !next || next.tag === 'stop' || JOINTS.has(next.lower) || next.lower === 'for';
  return word.clause && (word.tag === 'verb' || (bare && word.tag !== 'who'));
}
