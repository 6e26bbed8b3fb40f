/**
 * Which workflow a request asks for, and who sits in its steps. A workflow costs several teams, so it is taken only
 * where the request walks through all of its parts, or names it. Pure.
 *
 * Invariants
 * 1. The people that a request names for a role sit in the steps that have the role; all others are the step's own.
 * 2. A role or a limit that no step has is refused in one sentence.
 */
import { castFor, type Seat } from '../casting/casting.ts';
import type { KnownNames } from '../casting/names.ts';
import { calledIn } from '../casting/scene.ts';
import { find, type Phrase, phrase } from '../language/phrase.ts';
import { skim } from '../language/reading.ts';
import { limitsOf, type Offer, patternOf } from '../offer.ts';
import type { StepWish, WorkflowDefinition } from './workflow.ts';
import { workflowNamed, workflows } from './workflow-list.ts';

/** The parts that a request must walk through, by workflow, and what speaks against it. */
const ASKED: Readonly<Record<string, { phrases: readonly string[]; not?: RegExp }>> = {
  'brainstorm-debate-build': {
    phrases: ['brainstorm >> debate|argue >> build|implement|develop|code'],
  },
  'watched-line': {
    phrases: [
      'build|implement|develop|code|create .. with .. quality|test|integration gate',
      'build|implement|develop|code and test .. thoroughly',
      'build|implement|develop|code .. and test .. thoroughly',
    ],
    not: /\b(assembly line|pipeline|stages?|watchdog|guard(ian)?|monitor\w*|developers?|engineers?|planner|review\w*|phases?|observ\w*|polic\w*|someone|somebody)\b/i,
  },
};

const compiled = new Map<string, readonly Phrase[]>();

/** The name of the workflow that a request asks for, or undefined. */
export function workflowIn(request: string): string | undefined {
  const named = Object.keys(workflows).find((name) =>
    new RegExp(String.raw`\b${name.replaceAll('-', '[ -]')}\b`, 'i').test(request),
  );
  if (named !== undefined && /\bworkflow\b/i.test(request)) return named;
  const reading = skim(request);
  return Object.entries(ASKED).find(([name, { phrases, not }]) => {
    if (not?.test(request)) return false;
    const wanted = compiled.get(name) ?? phrases.map(phrase);
    compiled.set(name, wanted);
    return wanted.some((one) => find(one, reading) !== undefined);
  })?.[0];
}

/** A workflow whose every seat is taken. */
export type CastWorkflow = Omit<WorkflowDefinition, 'steps'> & {
  readonly steps: readonly (Omit<StepWish, 'seats'> & { seats: readonly Seat[] })[];
};

/** Casts the steps of a workflow. Throws a RangeError for a role or limit that no step has. */
export function castWorkflow(
  request: string,
  name: string,
  known: KnownNames,
  offer: Offer,
): CastWorkflow {
  const definition = workflowNamed(name);
  const steps = definition.steps.map((step) => castStep(request, step, known, offer));
  refuseUnused(name, steps, offer);
  return { ...definition, steps };
}

function castStep(request: string, step: StepWish, known: KnownNames, offer: Offer) {
  const isOther = step.or && calledIn(request, patternOf(step.or.pattern), known, step.or.role);
  const pattern = patternOf(isOther && step.or ? step.or.pattern : step.pattern);
  const has = (role: string) => pattern.roles.some((one) => one.role === role);
  const only = <Value>(byRole: Readonly<Record<string, Value>> = {}) =>
    Object.fromEntries(Object.entries(byRole).filter(([role]) => has(role)));
  const called = calledIn(request, pattern, known);
  const { seats } = castFor('', pattern, known, {
    agents: { ...only(step.agents), ...called?.agents, ...only(offer.agents) },
    methodologies: {
      ...only(step.methodologies),
      ...called?.methodologies,
      ...only(offer.methodologies),
    },
  });
  const limits = Object.fromEntries(
    Object.entries(offer.limits ?? {}).filter(([limit]) => limit in pattern.limits.shape),
  );
  const patternLimits = limitsOf(pattern, { ...step.patternLimits, ...limits });
  return { ...step, pattern: pattern.name, seats, patternLimits };
}

function refuseUnused(name: string, steps: readonly StepWish[], offer: Offer): void {
  const patterns = steps.map((step) => patternOf(step.pattern));
  const roles = new Set(patterns.flatMap((one) => one.roles.map(({ role }) => role)));
  const asked = [...Object.keys(offer.agents ?? {}), ...Object.keys(offer.methodologies ?? {})];
  const role = asked.find((one) => !roles.has(one));
  if (role !== undefined)
    throw new RangeError(
      `no step of ${name} has a role "${role}"; there are: ${[...roles].join(', ')}`,
    );
  const limit = Object.keys(offer.limits ?? {}).find(
    (one) => !patterns.some(({ limits }) => one in limits.shape),
  );
  if (limit !== undefined)
    throw new RangeError(`no step of ${name} knows the limit "${limit}"; leave it away`);
}
