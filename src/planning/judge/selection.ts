/**
 * Selection: from a request to a pattern, a roster, methodologies and limits, with reasons.
 *
 * The offline judge (`judge.ts`) reads the request; `casting.ts` seats the pattern that is taken. A model may
 * choose instead (`choice-question.ts`); what it answers becomes the same selection. Pure, but for loading the
 * English model.
 *
 * Invariants
 * 1. Only patterns that are there are taken, and only such as fit what the run asks for; what would have been
 *    taken else is named in `wish`.
 * 2. Equal claims: the cheaper way is taken, and `tie` names both, for a person to be asked.
 * 3. The same request, catalog and offer always give the same selection.
 */
import type { Json } from '../../events/event.ts';
import { patterns } from '../../machines/patterns/index.ts';
import type { PatternDefinition } from '../../machines/patterns/kit/pattern.ts';
import { castFor, type Seat } from '../casting/casting.ts';
import type { KnownTypes } from '../casting/mentions.ts';
import { CHOICES, type Choice } from '../choice.ts';
import type { TeamWish } from '../formation.ts';
import { type Reading, read } from '../language/reading.ts';
import type { AgentPersona } from '../prompts.ts';
import { type Alternative, type Judgement, judgeReading, TIE } from './judge.ts';
import type { Signal } from './signals.ts';

export interface Selection {
  pattern: string;
  /** 0 to 1: how much speaks for the pattern that was taken. */
  confidence: number;
  /** What in the request speaks for which way of working, the strongest first. */
  signals: Signal[];
  roster: Seat[];
  /** The better choice, when it is not to be had. */
  wish: Choice | null;
  /** Names of the methodologies laid into agents, each once. */
  methodologies: string[];
  /** Limits of the pattern, complete. */
  limits: Record<string, Json>;
  reasons: string[];
  alternatives: Alternative[];
  /** Two ways for which as much speaks, the one taken first. */
  tie: [string, string] | null;
  /** Little speaks for it: look at it before you rely on it. */
  unsure: boolean;
  /** Who chose: `judge`, the name of a model, `person`, or `option`. */
  by: string;
}

export interface Offer {
  /** Which patterns there are; default: all. */
  patterns?: Readonly<Record<string, PatternDefinition>>;
  /** Types of agents by role, as a person asked for them; patterns without these roles are not taken. */
  agents?: Readonly<Record<string, readonly string[]>>;
  /** Rounds, as a person asked for them; patterns that know none are not taken. */
  rounds?: number;
}

/** Selects without a model: spends nothing. Throws a RangeError when no pattern fits the offer. */
export async function select(
  request: string,
  known: KnownTypes,
  offer: Offer = {},
): Promise<Selection> {
  const reading = await read(request);
  return selectionOf(reading, judgeReading(reading), known, offer);
}

/** Casts a pattern that a person has named; no judge is asked. */
export async function selectNamed(
  request: string,
  pattern: PatternDefinition,
  known: KnownTypes,
  offer: Offer = {},
): Promise<Selection> {
  const reading = await read(request);
  const judged = { ...NAMED, pattern: pattern.name as Choice };
  return { ...seated(reading, judged, pattern, known, offer), by: 'option' };
}

const NAMED = { confidence: 1, signals: [], reasons: [], alternatives: [], unsure: false };

/** The selection that a judgement leads to, the judge's or a model's. */
export function selectionOf(
  reading: Reading,
  judged: Judgement,
  known: KnownTypes,
  offer: Offer = {},
): Selection {
  const fitting = patternsFor(offer);
  const pattern = fitting[judged.pattern];
  if (pattern) return seated(reading, judged, pattern, known, offer);
  return insteadOf(reading, judged, known, { ...offer, patterns: fitting });
}

/** Takes another way of those considered; a person's choice between two that are equal. */
export function takeInstead(
  reading: Reading,
  selection: Selection,
  name: string,
  known: KnownTypes,
  offer: Offer = {},
): Selection {
  const other = selection.alternatives.find(({ pattern }) => pattern === name);
  const alternatives = [
    { pattern: selection.pattern as Choice, score: selection.confidence },
    ...selection.alternatives.filter(({ pattern }) => pattern !== name),
  ];
  const judged: Judgement = {
    pattern: name as Choice,
    confidence: other?.score ?? 0,
    signals: selection.signals,
    reasons: [`a person chose it over ${selection.pattern}`],
    alternatives,
    unsure: false,
  };
  const pattern = (offer.patterns ?? patterns)[name]!;
  return { ...seated(reading, judged, pattern, known, offer), tie: null, by: 'person' };
}

/** What `formTeam` takes of a selection: types by role, their prompts, one methodology a seat at most. */
export function wishOf(
  { pattern, roster }: Pick<Selection, 'pattern' | 'roster'>,
  catalog: CatalogTexts,
): Pick<TeamWish, 'pattern' | 'agents' | 'persona' | 'methodology'> {
  const agents: Record<string, string[]> = {};
  for (const { role, agentType } of roster) agents[role] = [...(agents[role] ?? []), agentType];
  const methodologies = new Map(roster.map((seat) => [seat.actor, seat.methodology]));
  return {
    pattern,
    agents,
    persona: (type) => catalog.agent(type),
    methodology: ({ actor }) => catalog.methodology(methodologies.get(actor) ?? '')?.text,
  };
}

interface CatalogTexts {
  agent(name: string): AgentPersona | undefined;
  methodology(name: string): { text: string } | undefined;
}

/** The patterns that have the roles and limits a person asked for. Throws a RangeError when there are none. */
export function patternsFor(offer: Offer): Readonly<Record<string, PatternDefinition>> {
  const all = Object.values(offer.patterns ?? patterns);
  const asked = Object.keys(offer.agents ?? {});
  const withRoles = all.filter(({ roles }) =>
    asked.every((role) => roles.some((known) => known.role === role)),
  );
  if (withRoles.length === 0) {
    const roles = [...new Set(all.flatMap((one) => one.roles.map(({ role }) => role)))];
    throw new RangeError(
      `no pattern has ${asked.length > 1 ? 'all the roles' : 'a role'} ${asked.map((role) => `"${role}"`).join(', ')}; there are: ${roles.join(', ')}`,
    );
  }
  const fitting = withRoles.filter(
    ({ limits }) => offer.rounds === undefined || 'rounds' in limits.shape,
  );
  if (fitting.length === 0)
    throw new RangeError(
      `${withRoles.map(({ name }) => name).join(', ')}: none of these knows rounds; leave --rounds away`,
    );
  return Object.fromEntries(fitting.map((one) => [one.name, one]));
}

/** The next best that is there; where none was considered, the cheapest there is. */
function insteadOf(
  reading: Reading,
  judged: Judgement,
  known: KnownTypes,
  offer: Offer & { patterns: Readonly<Record<string, PatternDefinition>> },
): Selection {
  const there = (name: string) => Object.hasOwn(offer.patterns, name);
  const next = judged.alternatives.find(({ pattern }) => there(pattern));
  // Where a team was called for, independent work is nearer to it than one agent alone.
  const cheapest =
    [...CHOICES.slice(1), CHOICES[0]!].find(there) ?? Object.keys(offer.patterns)[0]!;
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
  const selection = seated(reading, instead, offer.patterns[name]!, known, offer);
  return { ...selection, wish: judged.pattern, tie: null };
}

function seated(
  reading: Reading,
  judged: Judgement,
  pattern: PatternDefinition,
  known: KnownTypes,
  offer: Offer,
): Selection {
  const { kind, seats } = castFor(reading, pattern, known, offer.agents);
  const { confidence, signals, alternatives, unsure } = judged;
  const rival = alternatives[0];
  const there = rival && Object.hasOwn(patternsFor(offer), rival.pattern);
  const tied = there && Math.abs(confidence - rival.score) < TIE;
  const rounds = offer.rounds === undefined ? {} : { rounds: offer.rounds };
  return {
    pattern: pattern.name,
    confidence,
    signals,
    roster: seats,
    wish: null,
    methodologies: [...new Set(seats.flatMap(({ methodology }) => methodology ?? []))],
    limits: limitsOf(pattern, rounds),
    reasons: [...judged.reasons, ...(kind ? [`a request of the kind ${kind}`] : [])],
    alternatives,
    tie: tied ? [pattern.name, rival.pattern] : null,
    unsure,
    by: 'judge',
  };
}

function limitsOf(pattern: PatternDefinition, wanted: object): Record<string, Json> {
  const parsed = pattern.limits.safeParse(wanted);
  if (parsed.success) return parsed.data as Record<string, Json>;
  const [issue] = parsed.error.issues;
  throw new RangeError(`${pattern.name}: limit "${issue?.path.join('.')}": ${issue?.message}`);
}
