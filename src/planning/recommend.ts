/**
 * The one door from a request to a way of working: for the command line, for programs, and for a model that
 * chooses.
 *
 * What the request and the person name is taken as it stands (`offer.ts`, `casting/`); what is left open is decided
 * by a model where one may be asked (`choice-question.ts`), else by the offline judge (`judge.ts`).
 *
 * Invariants
 * 1. Whatever does not fit is refused before anything is judged or spent.
 * 2. Only patterns that are there and fit the offer are taken; what would have been taken else stands in `wish`.
 * 3. Equal claims: the cheaper way is taken, and `tie` names both, for a person to be asked.
 * 4. The English model is loaded only when the offline judge really judges: never for a pattern that is named,
 *    nor where a model has answered.
 * 5. The same request, catalog and offer always give the same recommendation, but for what a model answers.
 */
import { castFor, type Seat } from './casting/casting.ts';
import type { KnownNames } from './casting/names.ts';
import { carrierOf } from './casting/scene.ts';
import { CHOICES, type Choice } from './choice.ts';
import {
  type AskModel,
  answerFrom,
  choiceQuestion,
  type KnownCatalog,
  type ModelAnswer,
  NotChosen,
} from './judge/choice-question.ts';
import { type Judgement, judge, TIE } from './judge/judge.ts';
import { limitsOf, type Offer, patternOf, patternsFor } from './offer.ts';
import type { Recommendation } from './recommendation.ts';
import { castWorkflow, workflowIn } from './workflows/chosen-workflow.ts';

interface Asking extends Offer {
  /** Asks a model; without it, and when it rejects with `NotChosen`, the offline judge decides. */
  ask?: AskModel;
}

/** What decides beside the request itself. */
interface Site {
  request: string;
  known: KnownNames;
  offer: Offer;
}

/** Recommends a way of working. Rejects with a RangeError when the offer does not fit. */
export async function recommend(
  request: string,
  known: KnownCatalog,
  { ask, ...offer }: Asking = {},
): Promise<Recommendation> {
  const site: Site = { request, known, offer };
  if (offer.workflow !== undefined) return { ...inTeams(site, offer.workflow), by: 'option' };
  const fitting = patternsFor(offer);
  if (offer.pattern !== undefined) {
    const judged = { ...NAMED, pattern: offer.pattern as Choice };
    return { ...seated(site, judged, patternOf(offer.pattern, fitting)), by: 'option' };
  }
  const workflow = offer.patterns ? undefined : workflowIn(request);
  if (workflow !== undefined && isPlain(offer)) return inTeams(site, workflow);
  const answer = ask && (await answerOf(ask, request, known, offer));
  if (answer && !('failure' in answer)) return byModel(site, answer);
  const judged = judgementTaken(site, await judge(request));
  return answer ? { ...judged, unanswered: answer.failure } : judged;
}

/** Whether nothing was asked for that is about one team. */
const isPlain = ({ agents = {}, methodologies = {}, limits = {} }: Offer) =>
  [agents, methodologies, limits].every((one) => Object.keys(one).length === 0);

/** Several teams, one building on the other. */
function inTeams({ request, known, offer }: Site, name: string): Recommendation {
  const workflow = castWorkflow(request, name, known, offer);
  const seats = workflow.steps.flatMap((step) => step.seats);
  const titles = workflow.steps.map(({ step }) => step).join(', then ');
  return {
    ...NAMED,
    pattern: name,
    workflow,
    roster: [],
    swarms: false,
    wish: null,
    methodologies: namesOf(seats),
    limits: {},
    reasons: [`a team for each of its parts: ${titles}`],
    tie: null,
    by: 'judge',
    unanswered: null,
  };
}

const NAMED = { confidence: 1, signals: [], reasons: [], alternatives: [], unsure: false };

async function answerOf(
  ask: AskModel,
  request: string,
  known: KnownCatalog,
  offer: Offer,
): Promise<ModelAnswer | { failure: string }> {
  try {
    const reply = await ask(choiceQuestion(request, known, offer));
    return (
      answerFrom(reply, known, offer) ?? { failure: `${reply.model} gave no answer that fits` }
    );
  } catch (error) {
    if (error instanceof NotChosen) return { failure: error.message };
    throw error;
  }
}

/** What a model answered: its pattern and its roster, but for the roles that a person has filled. */
function byModel(site: Site, { judgement, seats, model }: ModelAnswer): Recommendation {
  const agents: Record<string, string[]> = {};
  for (const { role, agentType } of seats) agents[role] = [...(agents[role] ?? []), agentType];
  const offer = { ...site.offer, agents: { ...agents, ...site.offer.agents } };
  const taken = judgementTaken({ ...site, offer }, judgement);
  const seated = seats.length > 0 ? withMethodologies(taken, seats) : taken;
  // Sub-agents are the request's to ask for, never the model's.
  return { ...seated, swarms: taken.roster.some(({ subAgents }) => subAgents !== null), by: model };
}

/** The model's methodologies, for the seats that are as it cast them. */
function withMethodologies(taken: Recommendation, seats: ModelAnswer['seats']): Recommendation {
  const left = [...seats];
  const roster = taken.roster.map((seat) => {
    const at = left.findIndex(
      ({ role, agentType }) => role === seat.role && agentType === seat.agentType,
    );
    if (at < 0) return seat;
    const [{ methodology } = { methodology: null }] = left.splice(at, 1);
    return { ...seat, methodology };
  });
  return { ...taken, roster, methodologies: namesOf(roster) };
}

/** The recommendation that a judgement leads to. */
export function judgementTaken(site: Site, given: Judgement): Recommendation {
  const fitting = patternsFor(site.offer);
  const judged = carried(site, given, fitting);
  const pattern = fitting[judged.pattern];
  return pattern ? seated(site, judged, pattern) : insteadOf(site, judged);
}

/** A swarm below a pattern of its own is that pattern, whose members have sub-agents. */
function carried(
  { request, known }: Site,
  judged: Judgement,
  fitting: Readonly<Record<string, Pattern>>,
): Judgement {
  const carrier = judged.pattern === 'nested-swarm' ? carrierOf(request, known) : undefined;
  if (carrier === undefined || !Object.hasOwn(fitting, carrier)) return judged;
  const reasons = [...judged.reasons, `those who are to have sub-agents work as ${carrier}`];
  const alternatives = judged.alternatives.filter(({ pattern }) => pattern !== carrier);
  return { ...judged, pattern: carrier, reasons, alternatives };
}

/** Takes another way of those considered; a person's choice between two that are equal. */
export function takeInstead(
  request: string,
  before: Recommendation,
  name: string,
  known: KnownNames,
  offer: Offer = {},
): Recommendation {
  const other = before.alternatives.find(({ pattern }) => pattern === name);
  const judged: Judgement = {
    pattern: name as Choice,
    confidence: other?.score ?? 0,
    signals: before.signals,
    reasons: [`a person chose it over ${before.pattern}`],
    alternatives: [
      { pattern: before.pattern as Choice, score: before.confidence },
      ...before.alternatives.filter(({ pattern }) => pattern !== name),
    ],
    unsure: false,
  };
  const taken = seated({ request, known, offer }, judged, patternOf(name));
  return { ...taken, tie: null, by: 'person' };
}

/** The next best that is there; where none was considered, the cheapest there is. */
function insteadOf(site: Site, judged: Judgement): Recommendation {
  const fitting = patternsFor(site.offer);
  const there = (name: string) => Object.hasOwn(fitting, name);
  const next = judged.alternatives.find(({ pattern }) => there(pattern));
  // Where a team was called for, independent work is nearer to it than one agent alone.
  const cheapest = [...CHOICES.slice(1), CHOICES[0]!].find(there) ?? Object.keys(fitting)[0]!;
  const name = next?.pattern ?? cheapest;
  const instead: Judgement = {
    ...judged,
    pattern: name as Choice,
    confidence: next?.score ?? 0,
    alternatives: judged.alternatives.filter(({ pattern }) => pattern !== name),
    reasons: [
      `${judged.pattern} fits better, but is not to be had here (${judged.reasons[0] ?? 'as judged'})`,
    ],
    unsure: true,
  };
  return { ...seated(site, instead, patternOf(name, fitting)), wish: judged.pattern, tie: null };
}

type Pattern = ReturnType<typeof patternOf>;

function seated(
  { request, known, offer }: Site,
  judged: Judgement,
  pattern: Pattern,
): Recommendation {
  const { kind, seats, notes } = castFor(request, pattern, known, offer);
  const { confidence, signals, alternatives, unsure } = judged;
  const rival = alternatives[0];
  const there = rival && Object.hasOwn(patternsFor(offer), rival.pattern);
  const tied = there && Math.abs(confidence - rival.score) < TIE;
  return {
    pattern: pattern.name,
    workflow: null,
    confidence,
    signals,
    roster: seats,
    swarms: pattern.name === 'nested-swarm' || seats.some(({ subAgents }) => subAgents !== null),
    wish: null,
    methodologies: namesOf(seats),
    limits: limitsOf(pattern, offer.limits ?? {}),
    reasons: [...judged.reasons, ...(kind ? [`a request of the kind ${kind}`] : []), ...notes],
    alternatives,
    tie: tied ? [pattern.name, rival.pattern] : null,
    unsure,
    by: 'judge',
    unanswered: null,
  };
}

const namesOf = (seats: readonly Seat[]) => [
  ...new Set(seats.flatMap(({ methodology }) => methodology ?? [])),
];
