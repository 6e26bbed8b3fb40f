/**
 * What expertise routing remembers: who works, which questions are open, what was advised. Pure;
 * `expertise-routing.ts` is the chart. A question and a piece of advice are revisions here, never texts.
 *
 * Invariants
 * 1. Of the open questions to a specialist the first is the one it is at; the others wait in their order.
 * 2. A generalist has at most one open question, and owes no turn while it has.
 */
import { z } from 'zod';
import type { Heard } from '../../../events/event.ts';
import type {
  advise,
  consult,
  declineQuestion,
  finishWork,
} from '../../../events/words/moves-expertise-routing.ts';
import { NO_GRANTS } from '../kit/grants.ts';
import { type TurnTaking, thereOf } from '../kit/turn-taking.ts';

export const expertiseRoutingLimits = z.strictObject({
  /** Consultations that one generalist may ask for. */
  consultations: z.int().min(0).max(10).default(5),
  /** Times a seat's turn is granted anew to a successor. */
  refills: z.int().min(0).max(3).default(2),
});
export type ExpertiseRoutingLimits = z.output<typeof expertiseRoutingLimits>;

const DEFAULTS = expertiseRoutingLimits.parse({});

export interface ExpertiseRoutingInput {
  generalists: readonly string[];
  specialists: readonly string[];
  limits?: Partial<ExpertiseRoutingLimits>;
}

/** The `nth` question of `by`, put to `of` at this revision. */
export interface Consultation {
  by: string;
  of: string;
  nth: number;
  at: number;
}

export interface RoutingContext extends TurnTaking {
  generalists: readonly string[];
  specialists: readonly string[];
  limits: ExpertiseRoutingLimits;
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

export type Consulting = Heard<typeof consult.event>;
export type Advice = Heard<typeof advise.event>;
export type Declining = Heard<typeof declineQuestion.event>;
export type Product = Heard<typeof finishWork.event>;

type Change = Partial<RoutingContext>;

export const newRouting = (input: ExpertiseRoutingInput | undefined): RoutingContext => ({
  generalists: input?.generalists ?? [],
  specialists: input?.specialists ?? [],
  limits: { ...DEFAULTS, ...input?.limits },
  round: 1,
  grants: NO_GRANTS,
  lost: [],
  ending: null,
  asked: {},
  given: {},
  open: [],
  unanswered: [],
  advice: {},
  products: {},
  rejected: 0,
});

export const isGeneralist = ({ generalists }: RoutingContext, seat: string): boolean =>
  generalists.includes(seat);

export const onCall = (context: RoutingContext): string[] => thereOf(context.specialists, context);

export const consultationsLeft = ({ limits, asked }: RoutingContext, generalist: string): number =>
  limits.consultations - (asked[generalist] ?? 0);

export const mayConsult = (context: RoutingContext, generalist: string): boolean =>
  context.ending === null &&
  consultationsLeft(context, generalist) > 0 &&
  onCall(context).length > 0;

/** The specialist that is meant, if it is there: by its name, or because there is no other. */
export function meant(context: RoutingContext, name: string): string | undefined {
  const there = onCall(context);
  if (context.ending !== null) return undefined;
  return there.includes(name) ? name : there.length === 1 ? there[0] : undefined;
}

/** The question that a specialist is at. */
export const questionAt = ({ open }: RoutingContext, specialist: string) =>
  open.find(({ of }) => of === specialist);

export const withQuestion = (context: RoutingContext, question: Consultation): Change => ({
  open: [...context.open, question],
});

/** One more consultation of this generalist. */
export const withAsking = ({ asked }: RoutingContext, generalist: string): Change => ({
  asked: { ...asked, [generalist]: (asked[generalist] ?? 0) + 1 },
});

export const withAdvice = (
  { open, advice, given }: RoutingContext,
  question: Consultation,
  { from, revision }: Advice,
): Change => ({
  open: open.filter((one) => one !== question),
  advice: { ...advice, [question.by]: [...(advice[question.by] ?? []), revision] },
  given: { ...given, [from]: (given[from] ?? 0) + 1 },
});

/** These questions will never be answered. */
export const withUnanswered = (
  { open, unanswered }: RoutingContext,
  questions: readonly Consultation[],
): Change => ({
  open: open.filter((one) => !questions.includes(one)),
  unanswered: [...unanswered, ...questions],
});

export const allAreDone = ({ generalists, products, lost }: RoutingContext): boolean =>
  generalists.every((seat) => products[seat] !== undefined || lost.includes(seat));

/** Whether a specialist is awake: at a question, or to be replaced at one. */
export const isConsulting = ({ open }: RoutingContext): boolean => open.length > 0;
