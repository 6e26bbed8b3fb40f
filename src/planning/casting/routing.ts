/**
 * Routing: from a kind of request to the methodologies and types of agents of its seats.
 *
 * A methodology is a way of going about work that is laid into one agent's system text. Pure.
 *
 * Invariants
 * 1. A seat has one methodology or none.
 * 2. Every name here stands in the catalog (a test holds it).
 */

import type { Choice } from '../choice.ts';
import { find, type Phrase, phrase } from '../language/phrase.ts';
import type { Reading } from '../language/word.ts';

export const METHODOLOGIES = [
  'plan',
  'implement',
  'test',
  'review',
  'brainstorm',
  'learn',
  'gate-testing',
  'skill-creator',
] as const;
type MethodologyName = (typeof METHODOLOGIES)[number];

export interface RoutedSeat {
  /** What this seat is there for, in a word. */
  duty: string;
  agentType: string;
  methodology: MethodologyName | undefined;
}

export interface Route {
  kind: string;
  /** What people ask for. */
  asks: string;
  pattern: Choice;
  /** By role of the pattern, in the order of its seats. */
  seats: { readonly [role: string]: readonly RoutedSeat[] };
}

const seat = (duty: string, agentType: string, methodology?: MethodologyName): RoutedSeat => ({
  duty,
  agentType,
  methodology,
});

const PLANNER = seat('planner', 'planner', 'plan');
const IMPLEMENTER = seat('implementer', 'backend-architect', 'implement');
const TESTER = seat('tester', 'integration-tester', 'test');
const REVIEWER = seat('reviewer', 'code-reviewer', 'review');

/** The kinds of requests that come with methodologies, the most special first. */
export const ROUTES: readonly Route[] = [
  {
    kind: 'full-lifecycle',
    asks: 'plan, build, test and review X',
    pattern: 'assembly-line',
    seats: { stage: [PLANNER, IMPLEMENTER, TESTER, REVIEWER] },
  },
  {
    kind: 'create-agent',
    asks: 'create an agent or a skill for X',
    pattern: 'review-loop',
    seats: {
      producer: [seat('creator', 'agent-expert', 'skill-creator')],
      reviewer: [seat('reviewer', 'prompt-engineer', 'review')],
    },
  },
  {
    kind: 'research-then-build',
    asks: 'learn from X, then build Y',
    pattern: 'assembly-line',
    seats: { stage: [seat('researcher', 'explorer', 'learn'), PLANNER, IMPLEMENTER] },
  },
  {
    kind: 'plan-and-build',
    asks: 'plan and build X',
    pattern: 'assembly-line',
    seats: { stage: [PLANNER, IMPLEMENTER, TESTER, REVIEWER] },
  },
  {
    kind: 'build-with-gates',
    asks: 'build X with quality gates',
    pattern: 'watchdog',
    seats: {
      implementer: [IMPLEMENTER, seat('second implementer', 'general-purpose', 'implement')],
      watchdog: [seat('gate keeper', 'integration-tester', 'gate-testing')],
    },
  },
  {
    kind: 'gates-between-stages',
    asks: 'build X in stages with gates between them',
    pattern: 'assembly-line',
    seats: {
      stage: [IMPLEMENTER, seat('gate keeper', 'integration-tester', 'gate-testing'), TESTER],
    },
  },
  {
    kind: 'design-and-debate',
    asks: 'find approaches to X and debate them',
    pattern: 'adversarial-debate',
    seats: {
      advocate: [
        seat('advocate', 'backend-architect', 'brainstorm'),
        seat('advocate', 'architecture-modernizer', 'brainstorm'),
      ],
      judge: [seat('judge', 'debate-judge', 'review')],
    },
  },
  {
    kind: 'audit',
    asks: 'audit X thoroughly',
    pattern: 'swarm-discovery',
    seats: {
      scout: [seat('scout', 'explorer', 'review'), seat('scout', 'security-auditor', 'review')],
      specialist: [seat('specialist', 'security-auditor', 'review')],
    },
  },
  {
    kind: 'build-and-review',
    asks: 'build X and have it reviewed',
    pattern: 'review-loop',
    seats: {
      producer: [seat('implementer', 'backend-architect', 'implement')],
      reviewer: [REVIEWER],
    },
  },
];

/** What in a request makes it of a kind, when its pattern alone does not. */
const SAID: { readonly [kind: string]: readonly string[] } = {
  'full-lifecycle': ['full|whole|entire|complete lifecycle', 'life cycle', 'test >> review'],
  'create-agent': [
    'create|write|design|build|make|develop .. agent:who',
    'create|write|design|build|make|develop .. skill|agent|subagent',
  ],
  'research-then-build': [
    'learn|study|research|understand|explore|read >> implement|build|plan|apply|design|develop',
  ],
  'plan-and-build': ['plan|design|specify|outline >> build|implement|develop|code|write'],
  'gates-between-stages': ['quality|test|integration gate', 'gate between', 'gate'],
  'build-with-gates': ['quality|test|integration gate', 'test .. thoroughly', 'gate'],
  'design-and-debate': ['brainstorm', 'approach|option|idea|strategy', 'come up with'],
  audit: ['audit|assess|assessment|review|check|inspect|vulnerability|compliance|security'],
  'build-and-review': ['$MAKE:v'],
};

const compiled = new Map<string, readonly Phrase[]>();

function saidOf(kind: string): readonly Phrase[] {
  const known = compiled.get(kind) ?? (SAID[kind] ?? []).map(phrase);
  compiled.set(kind, known);
  return known;
}

/** The route of a request whose pattern is known, or undefined when it is of no special kind. */
export function routeOf(reading: Reading, pattern: Choice): Route | undefined {
  return ROUTES.filter((route) => route.pattern === pattern).find(({ kind }) =>
    saidOf(kind).some((wanted) => find(wanted, reading) !== undefined),
  );
}

/** What a role does whatever the request is. */
const BY_ROLE: { readonly [role: string]: MethodologyName } = {
  reviewer: 'review',
  watchdog: 'gate-testing',
  implementer: 'implement',
  scout: 'learn',
};

const BY_DUTY: readonly (readonly [RegExp, MethodologyName])[] = [
  [/review|audit|critic/, 'review'],
  [/test|qa/, 'test'],
  [/plan/, 'plan'],
  [/research|explor|learn/, 'learn'],
];

/**
 * The one methodology of the `index`-th seat (from 0) of a role, or undefined. A route says it for its own
 * seats; else the role does, and for a stage the type of its agent.
 */
export function methodologyOf(
  route: Route | undefined,
  role: string,
  index: number,
  agentType = '',
): MethodologyName | undefined {
  const routed = route?.seats[role] ?? [];
  const own = routed[index];
  if (own) return own.methodology;
  // More than the route has: as all of its seats where they are alike, else as the role has it.
  const ways = new Set(routed.map(({ methodology }) => methodology));
  if (ways.size === 1) return routed[0]!.methodology;
  if (role === 'stage') return BY_DUTY.find(([said]) => said.test(agentType))?.[1];
  return BY_ROLE[role];
}

/** The types of agents that a route wishes for, by role, as `formTeam` takes them. */
export function agentsOf(route: Route): Record<string, string[]> {
  const roles = Object.entries(route.seats);
  return Object.fromEntries(roles.map(([role, seats]) => [role, seats.map((s) => s.agentType)]));
}
