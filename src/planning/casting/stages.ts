/**
 * Stages: the seats of an assembly line, from the steps that a request names, each with its own duty.
 *
 * Verbs of work that begin clauses are the steps; whoever stands before one takes it. Where people are named
 * without a step each, they are the stages in their order. Fewer than a line needs are filled up by what a line of
 * that kind has: a plan before, a test after. Pure.
 *
 * Invariants
 * 1. The stages stand in the order of the request; what is filled in stands where its phase belongs.
 * 2. No line is longer than the pattern allows: neighbours of one phase are joined, never dropped.
 */
import { quote } from '../language/phrase.ts';
import { PHASES } from '../language/vocabulary.ts';
import { JOINTS, type Reading, type Word } from '../language/word.ts';
import type { Mention } from './mentions.ts';
import { methodologyOf, type Route, type RoutedSeat } from './routing.ts';
import { BY_WORD } from './topics.ts';

interface Stage {
  /** Learn, plan, make, verify, present: 0 to 4. */
  phase: number;
  duty: string | undefined;
  agentType: string | undefined;
  methodology: string | undefined;
}

interface Step extends Stage {
  verb: string;
  /** Of its verb. */
  at: number;
  hasObject: boolean;
}

interface LineWish {
  reading: Reading;
  mentions: readonly Mention[];
  route: Route | undefined;
  min: number;
  max: number;
}

/** The stages of a line. */
export function stagesOf({ reading, mentions, route, min, max }: LineWish): Stage[] {
  const steps = stepsIn(reading.words);
  const left = mentions.filter((mention) => !takeStep(steps, mention));
  const asked = left.flatMap((one) => Array<Mention>(Math.max(1, one.count)).fill(one));
  const people =
    asked.length + steps.length > max ? [] : asked.filter(({ agentType }) => agentType);
  const stages: Stage[] =
    people.length >= Math.max(2, steps.length) ? people.map(stageOf) : [...steps];
  return joined(filled(stages, route, min), max);
}

/** Somebody who is a stage, with what the request has them do, else what one of their kind does in a line. */
function stageOf(mention: Mention): Stage {
  const { agentType = '', duty, methodology } = mention;
  const [, usual = 'implementer'] = KINDS.find(([kind]) => kind.test(agentType)) ?? [];
  const [phase, task] = DUTIES[usual]!;
  return {
    phase,
    duty: duty ?? task,
    agentType,
    methodology: methodology ?? methodologyOf(undefined, 'stage', 0, agentType),
  };
}

/** What a type of agent does in a line, by its name. */
const KINDS: readonly (readonly [kind: RegExp, duty: string])[] = [
  [/review|audit/, 'reviewer'],
  [/test|qa/, 'tester'],
  [/plan|architect|designer/, 'planner'],
  [/research|explor|analyst|investigat/, 'researcher'],
];

/** The steps in their order, each with the words of its clause. */
function stepsIn(words: readonly Word[]): Step[] {
  const starts = [...words.keys()].filter((at) => leads(words, at));
  const steps: Step[] = [];
  for (const [i, at] of starts.entries()) {
    const clause = clauseOf(words, at, starts[i + 1] ?? words.length);
    const verb = words[at]!.lemma;
    const object = clause.slice(1).filter(({ tag, lower }) => isThing(tag, lower));
    const twice = steps.some((one) => one.verb === verb && (!object[0] || !one.hasObject));
    if (!twice) steps.push(stepOf(words, at, clause, object));
  }
  return withObjects(steps);
}

/** What is done something to; "it" is what was named before. */
const isThing = (tag: Word['tag'], lower: string) =>
  ['noun', 'who', 'verb'].includes(tag) || ['it', 'them', 'this', 'that'].includes(lower);

function stepOf(
  words: readonly Word[],
  at: number,
  clause: readonly Word[],
  object: readonly Word[],
): Step {
  const verb = words[at]!.lemma;
  const about = new Set(object.flatMap(({ lower, lemma }) => [lower, lemma]));
  const phase = about.has('test') && phaseOf(verb) === 2 ? 3 : phaseOf(verb)!;
  const way = clause.find(({ mark }) => mark?.kind === 'methodology')?.mark?.name;
  const shown = clause.filter(({ mark }, i) => mark?.kind !== 'methodology' && !isWay(clause, i));
  return {
    verb,
    at,
    phase,
    hasObject: object.length > 0,
    duty: quote(shown.map(({ text }) => text)),
    agentType: specialistFor(verb, phase, about),
    methodology: way ?? wayOf(verb, phase),
  };
}

/** "using", "with": the words that lead to a methodology. */
const isWay = (clause: readonly Word[], at: number) =>
  clause[at + 1]?.mark?.kind === 'methodology' &&
  ['using', 'use', 'with', 'by', 'following'].includes(clause[at]?.lower ?? '');

/** "Plan, build and test a service": the object of the last is that of all before it. */
function withObjects(steps: readonly Step[]): Step[] {
  let object = '';
  return [...steps]
    .reverse()
    .map((step) => {
      if (step.hasObject) object = (step.duty ?? '').split(' ').slice(1).join(' ');
      return step.hasObject || object === '' ? step : { ...step, duty: `${step.duty} ${object}` };
    })
    .reverse();
}

const phaseOf = (verb: string): number | undefined => {
  const found = PHASES.findIndex((verbs) => verbs.has(verb));
  return found < 0 ? undefined : found;
};

/** A verb of work where a clause begins, or right after somebody. */
function leads(words: readonly Word[], at: number): boolean {
  const word = words[at]!;
  if (word.tag === 'who' || word.tag === 'stop' || phaseOf(word.lemma) === undefined) return false;
  const before = words[at - 1];
  if (word.tag === 'verb' && (before?.tag === 'who' || word.clause)) return true;
  const next = words[at + 1];
  const isBare = !next || next.tag === 'stop' || JOINTS.has(next.lower);
  // "Through extract, analyze and format": a row of phases, wherever it begins.
  const row = next?.lower === ',' && phaseOf(words[at + 2]?.lemma ?? '') !== undefined;
  return isBare && (word.clause || row);
}

/** From the verb to the next step, a full stop, or whoever does the next one. */
function clauseOf(words: readonly Word[], at: number, next: number): Word[] {
  const clause: Word[] = [];
  for (const [i, word] of words.slice(at, next).entries()) {
    // "…, with a planner and a tester" says who, not what.
    if (word.lower === 'with' && words[at + i + 1]?.tag === 'who') break;
    if (word.tag === 'stop' || ['.', ';', ':', '(', '!', '?'].includes(word.lower)) break;
    clause.push(word);
  }
  if (words[next]?.tag === 'verb' && clause.at(-1)?.tag === 'who' && clause.length > 1)
    clause.pop();
  while (clause.length > 1 && TRAILING.has(clause.at(-1)?.lower ?? '')) clause.pop();
  return clause;
}

const TRAILING = new Set([...JOINTS, 'have', 'let', 'get', 'has', 'with', 'using', 'an', 'a']);

/** Gives a step to whoever is named for it; false when there is none. */
function takeStep(steps: Step[], { at, words, agentType, methodology, duty }: Mention): boolean {
  const head = words.at(-1) ?? '';
  const own =
    steps.find((step) => step.at > at && step.at - at <= 2) ??
    steps.find(({ verb }) => isDoer(head, verb));
  if (!own) return false;
  const index = steps.indexOf(own);
  steps[index] = {
    ...own,
    agentType: agentType ?? own.agentType,
    methodology: methodology ?? own.methodology,
    duty: own.duty ?? duty,
  };
  return true;
}

/** A planner plans, a reviewer reviews, a summariser summarises. */
const isDoer = (head: string, verb: string) =>
  /(er|or|yst|ist)$/.test(head) && verb.length > 3 && head.startsWith(verb.slice(0, -1));

const CODE = ['code', 'codebase', 'module', 'repository', 'repo', 'implementation', 'system'];
const DATA = ['data', 'csv', 'log', 'logs', 'table', 'database', 'dataset'];
const TEXT = ['report', 'documentation', 'docs', 'guide', 'article', 'summary', 'chapter', 'notes'];
const CONTRACT = ['api', 'contract', 'schema', 'interface'];

/** Who knows how to do a step, by its verb and by what it is about. */
function specialistFor(verb: string, phase: number, about: ReadonlySet<string>): string {
  const has = (nouns: readonly string[]) => nouns.some((noun) => about.has(noun));
  const topic = [...about].map((word) => BY_WORD.get(word)).find((type) => type !== undefined);
  if (phase === 0) {
    if (has(CODE)) return 'explorer';
    if (has(['requirement', 'requirements', 'need', 'needs'])) return 'requirements-analyst';
    if (/^anal|^classif/.test(verb)) return has(DATA) ? 'data-scientist' : 'requirements-analyst';
    return has(DATA) ? 'senior-data-engineer' : 'evidence-researcher';
  }
  if (phase === 1) {
    if (verb === 'plan' || verb === 'outline') return 'planner';
    if (has(CONTRACT)) return 'api-contract-designer';
    return /^(clean|enrich|transform|normali|detect|model)/.test(verb)
      ? 'senior-data-engineer'
      : 'code-architect';
  }
  if (phase === 2) {
    if (/^(summari|translate|compose|draft)/.test(verb) || has(TEXT)) return 'documentation-expert';
    return topic && !CONTRACT.some((word) => about.has(word)) ? topic : 'backend-architect';
  }
  if (phase === 3)
    return verb === 'test' || about.has('test') ? 'integration-tester' : 'code-reviewer';
  return /^(deploy|ship|release|launch|deliver)/.test(verb)
    ? 'senior-devops'
    : 'documentation-expert';
}

function wayOf(verb: string, phase: number): string | undefined {
  if (verb === 'brainstorm') return 'brainstorm';
  if (phase === 3) return /^(review|validate|check|edit|proofread)/.test(verb) ? 'review' : 'test';
  if (phase === 2 && /^(summari|translate)/.test(verb)) return undefined;
  return ['learn', 'plan', 'implement'][phase];
}

/** What a line has when nobody says more: a plan, the work, its test. */
const USUAL: readonly RoutedSeat[] = [
  { duty: 'planner', agentType: 'planner', methodology: 'plan' },
  { duty: 'implementer', agentType: 'backend-architect', methodology: 'implement' },
  { duty: 'tester', agentType: 'integration-tester', methodology: 'test' },
];

const DUTIES: Readonly<Record<string, readonly [phase: number, duty: string]>> = {
  researcher: [0, 'Find out what must be known to do what is asked'],
  planner: [1, 'Plan the work: its parts, their order, how each will be checked'],
  implementer: [2, 'Make what is asked, by the plan where there is one'],
  'gate keeper': [3, 'Hold what was made against what comes next, and let it pass or not'],
  tester: [3, 'Test what was made against what was asked'],
  reviewer: [3.5, 'Review the whole: is it fit to be used, and what must be done before'],
};

/** Enough stages for a line: its own ones, and those of its kind whose phase is not there yet. */
function filled(stages: readonly Stage[], route: Route | undefined, min: number): Stage[] {
  if (stages.length >= min) return [...stages];
  const usual = (route?.seats['stage'] ?? USUAL).map((seat): Stage => {
    const [phase, duty] = DUTIES[seat.duty] ?? [2, undefined];
    return { phase, duty, agentType: seat.agentType, methodology: seat.methodology };
  });
  const missing = usual.filter(({ phase }) => !stages.some((one) => one.phase === phase));
  const wanted = route ? missing : missing.slice(-(min - stages.length));
  const all = [...stages, ...wanted].sort((a, b) => a.phase - b.phase);
  for (const one of usual) if (all.length < min) all.push(one);
  return all;
}

function joined(stages: readonly Stage[], max: number): Stage[] {
  const all = [...stages];
  while (all.length > max) {
    const alike = all.findIndex((one, i) => one.phase === all[i + 1]?.phase);
    const at = alike < 0 ? max - 1 : alike;
    const [one, next] = all.splice(at, 2);
    all.splice(at, 0, { ...one!, duty: [one!.duty, next!.duty].filter(Boolean).join('; then ') });
  }
  return all;
}
