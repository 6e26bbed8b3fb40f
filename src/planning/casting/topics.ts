/**
 * Topics: what a request is about, as types of agents of the catalog that know about it. Pure.
 *
 * Invariant: every type in `TOPICS` stands in the catalog (a test holds it).
 */
import { numberOf } from '../language/somebody.ts';
import type { Reading } from '../language/word.ts';

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

export const BY_WORD: ReadonlyMap<string, string> = new Map(
  TOPICS.flatMap(([type, words]) => words.split(' ').map((word) => [word, type] as const)),
);

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
