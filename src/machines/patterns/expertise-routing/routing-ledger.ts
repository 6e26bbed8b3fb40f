/**
 * What expertise routing remembers: who works, which questions are open, what was advised. Pure;
 * `expertise-routing.ts` is the chart. A question and a piece of advice are revisions here, never texts.
 *
 * Invariants
 * 1. Of the open questions to a specialist the first is the one it is at; the others wait in their order.
 * 2. A generalist has at most one open question, and owes no turn while it has.
 */
import { z } from 'zod';
import { type HeardMove, type Memory, refills } from '../kit/pattern-spec.ts';
import { thereOf } from '../kit/turn-taking.ts';
import type { advise, consult, declineQuestion, finishWork } from './words.ts';

export const expertiseRoutingLimits = z.strictObject({
  /** Consultations that one generalist may ask for. */
  consultations: z.int().min(0).max(10).default(5),
  refills,
});

/** The `nth` question of `by`, put to `of` at this revision. */
export interface Consultation {
  by: string;
  of: string;
  nth: number;
  at: number;
}

export interface Routing extends Memory<z.output<typeof expertiseRoutingLimits>> {
  generalists: readonly string[];
  specialists: readonly string[];
  /** Consultations asked for by each generalist, and given by each specialist. */
  asked: Readonly<Record<string, number>>;
  given: Readonly<Record<string, number>>;
  /** Questions that are not answered yet, and those that will never be. */
  open: readonly Consultation[];
  unanswered: readonly Consultation[];
  /** Advice that each generalist has got, and its finished work. */
  advice: Readonly<Record<string, readonly number[]>>;
  products: Readonly<Record<string, number>>;
  /** How much of the advice was rejected. */
  rejected: number;
}

export type Consulting = HeardMove<typeof consult>;
export type Advice = HeardMove<typeof advise>;
export type Declining = HeardMove<typeof declineQuestion>;
export type Product = HeardMove<typeof finishWork>;

type Change = Partial<Routing>;

/** What it remembers at first. */
export const newRouting = {
  asked: {},
  given: {},
  open: [],
  unanswered: [],
  advice: {},
  products: {},
  rejected: 0,
};

export const isGeneralist = ({ generalists }: Routing, seat: string): boolean =>
  generalists.includes(seat);

export const onCall = (context: Routing): string[] => thereOf(context.specialists, context);

export const consultationsLeft = ({ limits, asked }: Routing, generalist: string): number =>
  limits.consultations - (asked[generalist] ?? 0);

export const mayConsult = (context: Routing, generalist: string): boolean =>
  context.ending === null &&
  consultationsLeft(context, generalist) > 0 &&
  onCall(context).length > 0;

/** The specialist that is meant, if it is there: by its name, or because there is no other. */
export function meant(context: Routing, name: string): string | undefined {
  const there = onCall(context);
  if (context.ending !== null) return undefined;
  return there.includes(name) ? name : there.length === 1 ? there[0] : undefined;
}

/** The question that a specialist is at. */
export const questionAt = ({ open }: Routing, specialist: string) =>
  open.find(({ of }) => of === specialist);

export const withQuestion = (context: Routing, question: Consultation): Change => ({
  open: [...context.open, question],
});

/** One more consultation of this generalist. */
export const withAsking = ({ asked }: Routing, generalist: string): Change => ({
  asked: { ...asked, [generalist]: (asked[generalist] ?? 0) + 1 },
});

export const withAdvice = (
  { open, advice, given }: Routing,
  question: Consultation,
  { from, revision }: Advice,
): Change => ({
  open: open.filter((one) => one !== question),
  advice: { ...advice, [question.by]: [...(advice[question.by] ?? []), revision] },
  given: { ...given, [from]: (given[from] ?? 0) + 1 },
});

/** These questions will never be answered. */
export const withUnanswered = (
  { open, unanswered }: Routing,
  questions: readonly Consultation[],
): Change => ({
  open: open.filter((one) => !questions.includes(one)),
  unanswered: [...unanswered, ...questions],
});

export const allAreDone = ({ generalists, products, lost }: Routing): boolean =>
  generalists.every((seat) => products[seat] !== undefined || lost.includes(seat));

/** Whether a specialist is awake: at a question, or to be replaced at one. */
export const isConsulting = ({ open }: Routing): boolean => open.length > 0;
export const isWorkingAlone = (context: Routing): boolean => !isConsulting(context);
