/**
 * The offline judge: from a request to the way of working together, with reasons, and with doubt.
 *
 * It reads the request with an English language model that needs no network (`reading.ts`), asks what was
 * learned from labelled requests (`classifier.ts`) and what cues it can name (`signals.ts`), and weighs both.
 * It is the judge when there is no model to ask. Pure.
 *
 * Invariants
 * 1. A team needs something said for it: with little said the answer is a swarm or a single agent.
 * 2. Equal claims: the cheaper way wins, and `unsure` says that a person should be asked.
 * 3. The same request always gets the same judgement.
 * 4. What is not English is never judged with confidence.
 */

import { CHOICES, type Choice, type Collaboration, KIND_OF } from '../choice.ts';
import { isEnglish } from '../language/english-or-not.ts';
import { read } from '../language/reading.ts';
import type { Reading } from '../language/word.ts';
import { classify, type Share } from './classifier.ts';
import { type Signal, signalsOf } from './signals.ts';

/** A team with a smaller share than this needs a cue that can be quoted. */
const TEAM_MIN = 0.2;
/** Two claims closer than this are equal. */
export const TIE = 0.03;
/** Under this confidence the judge calls itself unsure. */
export const SURE = 0.5;
/** What full support by cues multiplies a learned share by, as a power of e. */
const TRUST = 0.75;
/** A cue this strong is the pattern's own name, and a wish: it adds `NAMED` to the support. */
const NAME = 0.9;
const NAMED = 2;
/** A cue this strong can carry a team that little else speaks for. */
const STRONG = 0.5;

export interface Alternative {
  pattern: Choice;
  /** 0 to 1; all choices share 1 between them. */
  score: number;
}

export interface Judgement {
  pattern: Choice;
  /** 0 to 1. */
  confidence: number;
  /** What was found in the request, the strongest first. */
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
  const judged = judgeReading(await read(request));
  return isEnglish(request) ? judged : inDoubt(judged);
}

/** The judgement of a request that has been read. */
export function judgeReading(reading: Reading): Judgement {
  if (!reading.words.some((word) => /[a-z]/.test(word.lower))) return nothingSaid();
  const cues = signalsOf(reading);
  const learned = classify(reading);
  const ranked = weigh(learned, cues);
  const pattern = choose(ranked, cues);
  const confidence = ranked.find((one) => one.pattern === pattern)!.score;
  const rival = ranked.find((one) => one.pattern !== pattern)!;
  const tied = Math.abs(rival.score - confidence) < TIE;
  const signals = withLearned(cues, learned, pattern);
  return {
    pattern,
    confidence,
    signals,
    reasons: reasonsFor(pattern, signals, tied ? rival : undefined, reading),
    alternatives: ranked.filter((one) => one.pattern !== pattern && one.score >= 0.05).slice(0, 3),
    unsure: tied || confidence < SURE,
  };
}

/** Shares of all choices, the largest first. */
function weigh(learned: readonly Share[], cues: readonly Signal[]): Alternative[] {
  const powers = learned.map(
    ({ choice, share }) => share * Math.exp(TRUST * support(choice, cues)),
  );
  const all = powers.reduce((sum, power) => sum + power, 0);
  return learned
    .map(({ choice }, k) => ({ pattern: choice, score: round(powers[k]! / all) }))
    .sort((a, b) => b.score - a.score);
}

/** Cues for one pattern support each other: 1 minus the product of what each leaves open, and its name. */
function support(choice: Choice, cues: readonly Signal[]): number {
  const own = cues.filter((cue) => cue.pattern === choice);
  const wished = own.some((cue) => cue.weight >= NAME) ? NAMED : 0;
  return wished + 1 - own.reduce((open, cue) => open * (1 - cue.weight), 1);
}

const round = (share: number) => Math.round(share * 1000) / 1000;
const isTeam = (choice: Choice) => choice !== 'single-agent' && choice !== 'swarm';

function choose(ranked: readonly Alternative[], cues: readonly Signal[]): Choice {
  const best = ranked[0]!;
  const equal = ranked.filter((one) => best.score - one.score < TIE);
  const chosen = equal.sort((a, b) => priceOf(a) - priceOf(b))[0]!;
  const quoted = cues.some((cue) => cue.pattern === chosen.pattern && cue.weight >= STRONG);
  if (!isTeam(chosen.pattern) || chosen.score >= TEAM_MIN || quoted) return chosen.pattern;
  return ranked.find((one) => !isTeam(one.pattern))!.pattern;
}

const priceOf = (one: Alternative) => CHOICES.indexOf(one.pattern);

/** The cues, and for the choice what was learned, when its words say more than the cues. */
function withLearned(cues: Signal[], learned: readonly Share[], pattern: Choice): Signal[] {
  const { share, because } = learned.find((one) => one.choice === pattern)!;
  if (pattern === 'single-agent' || because.length === 0) return cues;
  const signal: Signal = {
    kind: KIND_OF[pattern as Collaboration],
    pattern,
    weight: round(share),
    evidence: because.map(readable).filter(Boolean).join(', '),
    reason: RESEMBLES,
  };
  return [...cues, signal].sort((a, b) => b.weight - a.weight);
}

const RESEMBLES = 'the request resembles others of its kind';

/** A learned feature as a person reads it; empty for one that holds only signs. */
const readable = (feature: string) =>
  feature
    .replace(/WHOS?/g, 'somebody')
    .replace(/[^a-z ]/gi, '')
    .replace(/ +/g, ' ')
    .trim();

function reasonsFor(
  pattern: Choice,
  signals: readonly Signal[],
  rival: Alternative | undefined,
  reading: Reading,
): string[] {
  const own = signals.filter((one) => one.pattern === pattern);
  const cues = own.filter(({ reason }) => reason !== RESEMBLES);
  // What can be quoted says more than what was learned.
  const reasons = (cues.length > 0 ? cues : own).map((one) => `${one.reason}: “${one.evidence}”`);
  if (pattern === 'single-agent')
    reasons.push(
      signals.length === 0
        ? 'nothing in the request asks for several agents'
        : 'what hints at a team is too little to pay for one',
    );
  if (reasons.length === 0) reasons.push('independent work is the cheapest that fits');
  if (rival) reasons.push(`as much speaks for ${rival.pattern}; the cheaper way was taken`);
  if (reading.cut) reasons.push('only the beginning of the request was read');
  return reasons;
}

/** Of what is not English only a pattern's own name counts; nothing is judged with confidence. */
function inDoubt({ signals }: Judgement): Judgement {
  const named = signals.find(({ weight, reason }) => weight >= NAME && reason !== RESEMBLES);
  const reason =
    'the request is not in English, which is all that the offline judge reads: name a pattern, or let a model choose';
  return {
    ...nothingSaid(),
    ...(named ? { pattern: named.pattern, signals: [named] } : {}),
    reasons: [...(named ? [`${named.reason}: “${named.evidence}”`] : []), reason],
  };
}

function nothingSaid(): Judgement {
  return {
    pattern: 'single-agent',
    confidence: 0,
    signals: [],
    reasons: ['the request has no words to judge by'],
    alternatives: [],
    unsure: true,
  };
}
