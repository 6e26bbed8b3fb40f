/**
 * The steps of expertise routing: what it does with each thing it hears, as memory and as words. Pure.
 */
import * as grants from '../kit/grants.ts';
import { inTurn } from '../kit/in-turn.ts';
import type { PatternSays } from '../kit/pattern.ts';
import type { PatternStep } from '../kit/pattern-spec.ts';
import * as turns from '../kit/turn-taking.ts';
import * as briefs from './routing-briefs.ts';
import type {
  Advice,
  Consultation,
  Consulting,
  Declining,
  Product,
  Routing,
} from './routing-ledger.ts';
import * as ledger from './routing-ledger.ts';

type Step = PatternStep<Routing>;

export const workOf = (generalist: string): string => `work-of-${generalist}`;
export const standbyOf = (specialist: string): string => `${specialist}-on-call`;
const questionOf = ({ by, nth }: Pick<Consultation, 'by' | 'nth'>) => `question-${nth}-of-${by}`;

const grant = (context: Routing, seat: string, turn: turns.Turn): Step =>
  turns.granting(context, [seat], () => turn);

const settle = ({ grants: given }: Routing, seat: string): Step => ({
  remember: { grants: grants.settle(given, seat) },
});

/** The specialists are on the board, and sleep. */
export const routingBoard = ({ generalists, specialists }: Routing): PatternSays[] => [
  { type: 'round.started', round: 1, of: 1, title: 'Work with specialists on call' },
  ...generalists.map((seat) => turns.taskFor(seat, workOf(seat), `Work of ${seat}`)),
  ...specialists.map((seat) => turns.taskFor(seat, standbyOf(seat), `${seat} on call`)),
  ...generalists.map((seat) => turns.progress(workOf(seat), 'inProgress', 'begun')),
];

export const assignWork = ({ generalists }: Routing): Step => ({
  remember: { round: 1 },
  asks: generalists,
});

export function ask(context: Routing, event: Consulting): Step {
  const { from: by, revision: at, specialist, question } = event;
  const of = ledger.meant(context, specialist);
  const nth = (context.asked[by] ?? 0) + 1;
  const consultation: Consultation = { by, of: of ?? specialist, nth, at };
  const title = question.slice(0, 200);
  const task = questionOf(consultation);
  const owner = of === undefined ? {} : { owner: of };
  return inTurn(
    context,
    (now) => ({
      remember: { ...ledger.withAsking(now, by), ...ledger.withQuestion(now, consultation) },
      say: [{ type: 'task.created', task, title, ...owner, blockedBy: [] }],
    }),
    (now) => (of === undefined ? leave(now, [consultation]) : wake(now, of)),
  );
}

/** The specialist turns to the next question, if there is one and it is at none. */
function wake(context: Routing, specialist: string): Step {
  const question = ledger.questionAt(context, specialist);
  if (!question || grants.owes(context.grants, specialist)) return {};
  if (context.ending !== null)
    return leave(
      context,
      context.open.filter(({ of }) => of === specialist),
    );
  const { remember, say = [] } = grant(context, specialist, briefs.questionTurn(context, question));
  const task = questionOf(question);
  return {
    ...(remember ? { remember } : {}),
    say: [turns.progress(task, 'inProgress', `${specialist} is at it`), ...say],
  };
}

/** These questions stay unanswered; whoever waits for an answer goes on without. */
function leave(context: Routing, questions: readonly Consultation[]): Step {
  return inTurn(
    context,
    (now) => ({
      remember: ledger.withUnanswered(now, questions),
      say: questions.map((one) => turns.progress(questionOf(one), 'failed', 'unanswered')),
    }),
    ...questions.map(
      (one) => (now: Routing) =>
        now.lost.includes(one.by) ? {} : grant(now, one.by, briefs.unansweredTurn(now, one)),
    ),
  );
}

export function takeAdvice(context: Routing, advice: Advice): Step {
  const question = ledger.questionAt(context, advice.from);
  if (!question) return {};
  const { from, revision, confidence } = advice;
  const title = `Advice of ${from} to ${question.by}`;
  const task = questionOf(question);
  return inTurn(
    context,
    (now) => settle(now, from),
    (now) => ({
      remember: ledger.withAdvice(now, question, advice),
      say: [
        { type: 'artifact.registered', title, by: from, task, held: revision, locked: false },
        turns.progress(task, 'completed', `answered, confidence ${confidence}`),
      ],
    }),
    (now) => grant(now, question.by, briefs.advisedTurn(now, question, revision, true)),
    (now) => wake(now, from),
  );
}

export function takeDeclining(context: Routing, { from, revision }: Declining): Step {
  const question = ledger.questionAt(context, from);
  if (!question) return {};
  return inTurn(
    context,
    (now) => settle(now, from),
    (now) => ({
      remember: ledger.withUnanswered(now, [question]),
      say: [turns.progress(questionOf(question), 'failed', `${from} leaves it unanswered`)],
    }),
    (now) => grant(now, question.by, briefs.advisedTurn(now, question, revision, false)),
    (now) => wake(now, from),
  );
}

/** Hands in the work and says what became of the advice. */
export function takeProduct(context: Routing, product: Product): Step {
  const { from, revision } = product;
  return {
    remember: {
      products: { ...context.products, [from]: revision },
      rejected: context.rejected + product.advice.filter((one) => isRejected(context, one)).length,
    },
    say: [
      turns.handedIn(product, workOf(from)),
      ...product.advice.flatMap((one) => adviceTaken(context, from, one)),
      turns.progress(workOf(from), 'completed', 'finished; the specialists are released'),
    ],
  };
}

type TakenAdvice = Product['advice'][number];

const isRejected = ({ specialists }: Routing, { specialist, taken }: TakenAdvice): boolean =>
  taken === 'rejected' && specialists.includes(specialist);

function adviceTaken(context: Routing, generalist: string, advice: TakenAdvice): PatternSays[] {
  const { specialist, taken, reason } = advice;
  if (!context.specialists.includes(specialist)) return [];
  const wasRejected = isRejected(context, advice);
  const decision: PatternSays = {
    type: 'decision.made',
    subject: `Advice of ${specialist} to ${generalist}`,
    proposedBy: specialist,
    challengedBy: wasRejected ? [generalist] : [],
    resolution: `${taken}: ${reason}`,
    basis: wasRejected ? 'ruled' : 'agreed',
  };
  const about = `the work of ${generalist}`;
  const view = `Its advice was rejected: ${reason}`;
  return wasRejected
    ? [decision, { type: 'dissent.noted', by: specialist, about, view }]
    : [decision];
}

export function loseColleague(context: Routing, seat: string): Step {
  const mine = context.open.filter(({ by, of }) => by === seat || of === seat);
  if (!ledger.isGeneralist(context, seat)) {
    const alone = turns.progress(standbyOf(seat), 'failed', 'nobody is on call here');
    return inTurn(
      context,
      () => ({ say: [alone] }),
      (now) => leave(now, mine),
    );
  }
  const isFinished = context.products[seat] !== undefined;
  const failed = turns.progress(workOf(seat), 'failed', 'nobody works here any more');
  return inTurn(
    context,
    () => ({ say: isFinished ? [] : [failed] }),
    ...mine.map((question) => (now: Routing) => withdraw(now, question)),
  );
}

/** Nobody waits for the answer any more: the specialist is let off, and turns to the next. */
function withdraw(context: Routing, question: Consultation): Step {
  const { by, of } = question;
  if (ledger.questionAt(context, of) !== question) return leave(context, [question]);
  const held: grants.Grants = {
    ...context.grants,
    owed: { [of]: context.grants.owed[of] ?? 0 },
  };
  return inTurn(
    context,
    () => ({ say: grants.revoked(held, `${by}, who asked, is not there any more`) }),
    (now) => settle(now, of),
    (now) => leave(now, [question]),
    (now) => wake(now, of),
  );
}
