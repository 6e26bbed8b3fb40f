/**
 * The offline judge: from a request to the way of working together, with reasons, and with doubt.
 *
 * It reads the request with an English language model that needs no network (`reading.ts`), collects signals
 * (`signals.ts`) and weighs them as a whole. It is the judge when there is no model to ask, and what a
 * model's answer is compared with. Pure.
 *
 * Invariants
 * 1. No team without enough said for it: below `ENOUGH` the answer is a single agent.
 * 2. Equal claims: the cheaper way wins, and `unsure` says that a person should be asked.
 * 3. The same request always gets the same judgement.
 */
import { type Reading, read } from './reading.ts';
import { CHOICES, type Choice, type Collaboration, type Signal, signalsOf } from './signals.ts';
import { NOUNS } from './vocabulary.ts';

/** What must be said for a pattern before a team is formed. */
export const ENOUGH = 0.55;
/** Two claims closer than this are equal. */
export const TIE = 0.04;
/** Under this confidence the judge calls itself unsure. */
export const SURE = 0.5;

export interface Alternative {
  pattern: Choice;
  /** 0 to 1: what is said for it. */
  score: number;
}

export interface Judgement {
  pattern: Choice;
  /** 0 to 1. */
  confidence: number;
  /** The signals found, the strongest first. */
  signals: Signal[];
  /** Why, in sentences. */
  reasons: string[];
  /** What else was considered, the best first; at most three. */
  alternatives: Alternative[];
  /** Ask a person if there is one: the claims are close, or little was said. */
  unsure: boolean;
}

/** Judges a request. Loads the language model at the first call; rejects only if that fails. */
export async function judge(request: string): Promise<Judgement> {
  const reading = await read(request);
  return weigh(reading, signalsOf(reading));
}

/** The judgement of a reading and its signals. */
export function weigh(reading: Reading, signals: Signal[]): Judgement {
  const scores = settle(scoresOf(signals), signals, damping(reading));
  const ranked = [...scores].sort((a, b) => b.score - a.score);
  const best = cheapestOfEqual(ranked);
  const claim = best && best.score >= ENOUGH ? best : undefined;
  const pattern = claim?.pattern ?? 'single-agent';
  const rival = ranked.find((other) => other.pattern !== pattern)?.score ?? 0;
  const confidence = claim ? sureness(claim.score, rival) : 1 - (best?.score ?? 0) * 0.8;
  const tied = claim !== undefined && claim.score - rival < TIE;
  return {
    pattern,
    confidence: Math.round(confidence * 100) / 100,
    signals,
    reasons: reasonsFor(pattern, signals, tied, ranked, reading),
    alternatives: ranked.filter((one) => one.pattern !== pattern && one.score >= 0.25).slice(0, 3),
    unsure: tied || confidence < SURE,
  };
}

/** Signals for the same pattern support each other: 1 minus the product of what each leaves open. */
function scoresOf(signals: readonly Signal[]): Map<Collaboration, number> {
  const open = new Map<Collaboration, number>();
  for (const { pattern, weight } of signals) {
    open.set(pattern, (open.get(pattern) ?? 1) * (1 - weight));
  }
  return new Map([...open].map(([pattern, left]) => [pattern, 1 - left]));
}

/** Weak claims fall, and a claim that another one explains gives way to it. */
function settle(
  scores: Map<Collaboration, number>,
  signals: readonly Signal[],
  damped: number,
): Alternative[] {
  const of = (pattern: Collaboration) => scores.get(pattern) ?? 0;
  for (const [pattern, others, share] of EXPLAINED) {
    const strongest = Math.max(...others.map(of));
    if (strongest >= ENOUGH) scores.set(pattern, of(pattern) * share);
  }
  return [...scores]
    .filter(([pattern]) => carries(signals.filter((one) => one.pattern === pattern)))
    .map(([pattern, score]) => ({ pattern, score: Math.round(score * damped * 1000) / 1000 }));
}

/** One strong signal, or two of middling strength, and never a heap of weak ones. */
function carries(signals: readonly Signal[]): boolean {
  return (
    signals.some((one) => one.weight >= 0.5) ||
    signals.filter((one) => one.weight >= 0.4).length > 1
  );
}

/** What a stronger idea contains: a debate's judge also decides, a negotiation also agrees. */
const EXPLAINED: readonly [Collaboration, readonly Collaboration[], number][] = [
  ['review-loop', ['nested-swarm'], 0.6],
  ['adversarial-debate', ['nested-swarm'], 0.7],
  ['assembly-line', ['nested-swarm'], 0.6],
  ['consensus-deliberation', ['nested-swarm'], 0.7],
  ['swarm', ['nested-swarm', 'consensus-deliberation', 'contract-first-negotiation'], 0.6],
];

/** Questions for knowledge and trifles need no team, unless people are named who should work. */
function damping(reading: Reading): number {
  const people = reading.words.filter((word) => word.tag === 'who');
  if (people.some((word) => word.many) || people.length > 1) return 1;
  const opening = reading.words.slice(0, 2).map((word) => word.lower);
  const asks = opening.some((word) => ASKING.has(word));
  const trifle = reading.words.some((word) => NOUNS.TRIFLE.has(word.lemma));
  return (asks ? 0.5 : 1) * (trifle && people.length === 0 ? 0.7 : 1);
}

const ASKING = new Set(
  'what how who when where which explain describe why whose is does'.split(' '),
);

function cheapestOfEqual(ranked: readonly Alternative[]): Alternative | undefined {
  const best = ranked[0];
  if (!best) return undefined;
  const equal = ranked.filter((one) => best.score - one.score < TIE && one.score >= ENOUGH);
  return equal.sort((a, b) => CHOICES.indexOf(a.pattern) - CHOICES.indexOf(b.pattern))[0] ?? best;
}

const sureness = (score: number, rival: number) => score * (1 - 0.5 * (rival / score) ** 2);

function reasonsFor(
  pattern: Choice,
  signals: readonly Signal[],
  tied: boolean,
  ranked: readonly Alternative[],
  reading: Reading,
): string[] {
  const reasons = signals
    .filter((one) => one.pattern === pattern)
    .map((one) => `${one.reason}: “${one.evidence}”`);
  if (pattern === 'single-agent') {
    reasons.push(
      signals.length === 0
        ? 'Nothing in the request asks for several agents.'
        : 'What hints at a team is too little to pay for one.',
    );
  }
  if (tied) {
    const other = ranked.find((one) => one.pattern !== pattern);
    reasons.push(`As much speaks for ${other?.pattern}; the cheaper way was taken.`);
  }
  if (reading.cut) reasons.push('Only the beginning of the request was read.');
  return reasons;
}
