/**
 * Mentions: the people that a request names, as types of agents of the catalog; and its topics.
 *
 * "Have a DBA review it" names a database admin; "a security specialist" an auditor of security. A type is
 * found by its name or alias in the catalog first, a person's own types included, else by what the words
 * are about. Pure.
 *
 * Invariants
 * 1. A mention whose words say nothing about a type has none: nobody is guessed.
 * 2. Every type in `TOPICS` stands in the catalog (a test holds it).
 */
import type { AgentType } from '../catalog/catalog-file.ts';
import { numberOf } from '../language/somebody.ts';
import type { Reading, Word } from '../language/word.ts';

export interface Mention {
  /** As it stands in the request. */
  text: string;
  /** Its words, singular, without articles and numbers; the last is the head. */
  words: readonly string[];
  agentType: string | undefined;
  /** How many are asked for; 0: more than one, nobody says how many. */
  count: number;
  /** Lemma of the next verb nearby: what they are to do. */
  deed: string | undefined;
}

/** What of the catalog casting needs: types by name or alias. */
export interface KnownTypes {
  agent(name: string): Pick<AgentType, 'name'> | undefined;
}

/** What words are about, as the type of agent that knows about it. */
export const TOPICS: readonly (readonly [agentType: string, words: string])[] = [
  ['security-auditor', 'security vulnerability pentester attacker auth authentication oauth'],
  ['database-admin', 'dba db database sql postgresql postgres mysql schema storage'],
  ['migration-strategist', 'migration cutover'],
  ['performance-profiler', 'performance latency throughput profiler benchmark speed'],
  ['frontend-developer', 'frontend ui ux css react client'],
  ['mobile-developer', 'mobile ios android'],
  ['backend-architect', 'backend server microservice service'],
  ['senior-data-engineer', 'data warehouse etl analytics'],
  ['senior-ml-engineer', 'ml model-training'],
  ['data-scientist', 'statistician scientist statistics experiment'],
  ['senior-devops', 'devops sre ops operator operations infrastructure deployment kubernetes'],
  ['cost-analyst', 'cost price pricing budget finance economist accountant'],
  ['compliance-auditor', 'compliance legal lawyer privacy gdpr hipaa regulation counsel'],
  ['web-accessibility-checker', 'accessibility wcag'],
  ['api-contract-designer', 'api interface contract'],
  ['payment-integration', 'payment checkout stripe paypal billing'],
  ['general-tester', 'tester qa test testing'],
  ['documentation-expert', 'documentation docs writer'],
  ['chaos-engineer', 'chaos resilience reliability'],
  ['tech-debt-assessor', 'debt'],
  ['prompt-engineer', 'prompt'],
  ['agent-expert', 'skill'],
  ['graphql-architect', 'graphql'],
  ['event-sourcing-architect', 'cqrs'],
  ['django-pro', 'django'],
  ['fastapi-pro', 'fastapi'],
  ['python-pro', 'python'],
  ['nextjs-architecture-expert', 'nextjs'],
  ['planner', 'planner'],
  ['evidence-researcher', 'researcher'],
  ['explorer', 'scout'],
  ['incident-investigator', 'investigator detective incident outage'],
  ['architect-reviewer', 'architect architecture'],
  ['code-reviewer', 'reviewer critic'],
];

const BY_WORD: ReadonlyMap<string, string> = new Map(
  TOPICS.flatMap(([type, words]) => words.split(' ').map((word) => [word, type] as const)),
);

/** The people named, in the order of the request. */
export function mentionsIn(reading: Reading, known: KnownTypes): Mention[] {
  return reading.words.flatMap((word, at) => {
    if (word.tag !== 'who') return [];
    const shared = sharedHead(reading.words, at);
    const one = mentionOf(word, reading.words, at, known);
    if (!shared) return [one];
    const other = { ...one, text: shared.text, words: [shared.lemma, ...one.words.slice(-1)] };
    return [
      { ...other, agentType: typeOf(other.words, known), count: 1 },
      { ...one, count: 1 },
    ];
  });
}

/** Types for what a request is about, each once, in its order; people are not topics. */
export function topicsIn(reading: Reading): string[] {
  const found = reading.words
    .filter((word) => word.tag !== 'who')
    .flatMap((word) => BY_WORD.get(word.lower) ?? BY_WORD.get(word.lemma) ?? []);
  return [...new Set(found)];
}

/** How many independent views are asked for ("from 5 angles"), if the request says so. */
export function viewsIn({ words }: Reading): number | undefined {
  for (const [at, { lemma }] of words.entries()) {
    if (!VIEWS.has(lemma)) continue;
    const before = words.slice(Math.max(0, at - 3), at).map(({ lower }) => numberOf(lower));
    const count = before.find((number) => number > 1);
    if (count !== undefined) return count;
  }
  return undefined;
}

const VIEWS = new Set('angle perspective viewpoint opinion view take researcher'.split(' '));
const EMPTY = new Set(
  'a an the our my your their its each every both some another other one two three four five six seven eight senior junior'.split(
    ' ',
  ),
);
/** How far after somebody the verb stands that says what they do. */
const DEED_WORDS = 3;

function mentionOf(word: Word, all: readonly Word[], at: number, known: KnownTypes): Mention {
  const parts = word.lower.split(/[\s-]+/);
  const words = parts.filter((part) => !EMPTY.has(part) && numberOf(part) < 0).map(singular);
  const number = parts.map(numberOf).find((n) => n > 1);
  return {
    text: word.text,
    words,
    agentType: typeOf(words, known),
    count: number ?? (word.many ? 0 : 1),
    deed: deedAfter(all, at),
  };
}

/** The next verb nearby; a row of people ("a DBA, a lawyer and a tester review") does one thing. */
function deedAfter(words: readonly Word[], at: number): string | undefined {
  let others = 0;
  for (const { tag, lower, lemma } of words.slice(at + 1)) {
    if (tag === 'verb') return lemma;
    if (tag === 'who' || ROW.has(lower)) continue;
    if (tag === 'stop' || ++others > DEED_WORDS) return undefined;
  }
  return undefined;
}

const ROW = new Set([',', 'and', 'or']);

/** `backend and frontend agents`: the first of the two stands before the "and". */
function sharedHead(words: readonly Word[], at: number): Word | undefined {
  const before = words[at - 2];
  if (!words[at]!.many || words[at - 1]?.lower !== 'and' || before?.tag === 'who') return undefined;
  return before && BY_WORD.has(before.lower) ? before : undefined;
}

/** By name: the longest run of the words that names a type; else by what the first telling word is about. */
function typeOf(words: readonly string[], known: KnownTypes): string | undefined {
  for (let length = words.length; length >= 1; length--) {
    for (let from = 0; from + length <= words.length; from++) {
      const name = words.slice(from, from + length).join('-');
      const type = known.agent(name) ?? known.agent(`senior-${name}`);
      if (type && !(length === 1 && words.length > 1)) return type.name;
    }
  }
  return words.map((word) => BY_WORD.get(word)).find((type) => type !== undefined);
}

const singular = (word: string) =>
  /(ss|us|is|ops|sales)$/.test(word) || word.length < 4 ? word : word.replace(/s$/, '');
