/**
 * The briefs of expertise routing: what is asked of whom, in words. Names and numbers only. A specialist is
 * shown the one question that it is asked, a generalist the advice that it got; no other text.
 */

import { listed, type Turn, thereOf } from '../kit/turn-taking.ts';
import {
  type Consultation,
  consultationsLeft,
  mayConsult,
  onCall,
  questionAt,
  type Routing,
} from './routing-ledger.ts';

/** The turn that a seat owes: a specialist its question, a generalist the work, from where it stands. */
export function routingTurn(context: Routing, seat: string): Turn {
  const question = questionAt(context, seat);
  if (question) return questionTurn(context, question);
  return seat in context.grants.given ? takenOverTurn(context, seat) : workTurn(context, seat);
}

/** What a generalist may do next. */
function choice(context: Routing, seat: string): string {
  const finish =
    'When your part is complete, end your turn with finish_work, which releases the specialists.';
  if (!mayConsult(context, seat))
    return 'No more consultations: finish from what you have, name what you could not settle, and end your turn with finish_work.';
  const left = consultationsLeft(context, seat);
  return `On call: ${listed(onCall(context))}. When you meet something outside your field, end your turn with consult: one of them, one question, with all the context that it takes; ${left} ${left === 1 ? 'consultation is' : 'consultations are'} left to you. ${finish}`;
}

const generalistTurn = (
  context: Routing,
  seat: string,
  ask: string,
  material: readonly number[],
): Turn => ({
  round: context.round,
  brief: `${ask} ${choice(context, seat)}`,
  moves: mayConsult(context, seat) ? ['consult', 'finish_work'] : ['finish_work'],
  material: [...material],
});

/** The work begins. */
function workTurn(context: Routing, seat: string): Turn {
  const beside = thereOf(context.generalists, context).filter((one) => one !== seat);
  const shared =
    beside.length > 0
      ? ` ${listed(beside)} works on it beside you: settle by messages who does which part.`
      : '';
  return generalistTurn(context, seat, `Work on the request.${shared}`, []);
}

/** The specialist has advised, or left the question to the generalist. */
export const advisedTurn = (
  context: Routing,
  { by, of }: Consultation,
  answer: number,
  isAdvice: boolean,
): Turn =>
  generalistTurn(
    context,
    by,
    isAdvice
      ? `${of} has advised you, as shown below. Weigh it, take it in, and go on with your work.`
      : `${of} leaves your question unanswered, for the reason shown below. Go on with your work.`,
    [answer],
  );

/** Nobody answers. */
export const unansweredTurn = (context: Routing, { by, of }: Consultation): Turn =>
  generalistTurn(
    context,
    by,
    context.ending === null && !context.specialists.includes(of)
      ? 'There is no such specialist; your question stays unanswered. Go on with your work.'
      : `${of} cannot answer any more; your question stays unanswered. Go on with your work.`,
    [],
  );

/** One question, and what came with it. */
export const questionTurn = (context: Routing, { by, at }: Consultation): Turn => ({
  round: context.round,
  brief: `${by} asks for your expertise; the question and its context are shown below. Answer this question only: what to do, why, and what your advice depends on. The work itself stays with ${by}. End your turn with advise, or with decline_question if it is outside your field or cannot be answered from what is given.`,
  moves: ['advise', 'decline_question'],
  material: [at],
});

/** All that a generalist was advised, for a successor. */
const takenOverTurn = (context: Routing, seat: string): Turn =>
  generalistTurn(
    context,
    seat,
    'Work on the request. What the specialists have advised so far is shown below.',
    context.advice[seat] ?? [],
  );
