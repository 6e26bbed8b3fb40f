/**
 * The offer: what a run has and wants, before anything is judged. What a person named (pattern, types, limits) is
 * taken as it stands or refused in one sentence; only the rest is judged. Pure.
 */
import type { Json } from '../events/event.ts';
import { patterns } from '../machines/patterns/index.ts';
import type { PatternDefinition } from '../machines/patterns/kit/pattern.ts';

export interface Offer {
  /** The pattern that a person named: then nobody judges. */
  pattern?: string;
  /** The workflow that a person named: then nobody judges. */
  workflow?: string;
  /** Which patterns there are; default: all. */
  patterns?: Readonly<Record<string, PatternDefinition>>;
  /** Types of agents by role, as a person asked for them; patterns without these roles are not taken. */
  agents?: Readonly<Record<string, readonly string[]>>;
  /** Methodologies by role, in the order of its seats; one is that of all, `none` is none. */
  methodologies?: Readonly<Record<string, readonly string[]>>;
  /** Limits of the pattern, as a person asked for them; patterns that do not know them are not taken. */
  limits?: Readonly<Record<string, Json>>;
}

export function patternOf(
  name: string,
  known: Readonly<Record<string, PatternDefinition>> = patterns,
): PatternDefinition {
  const pattern = Object.hasOwn(known, name) ? known[name] : undefined;
  if (pattern) return pattern;
  throw new RangeError(
    `there is no pattern "${name}"; there are: ${Object.keys(known).join(', ')}`,
  );
}

/** The patterns that have the roles and limits a person asked for. Throws a RangeError when there are none. */
export function patternsFor(offer: Offer): Readonly<Record<string, PatternDefinition>> {
  const known = offer.patterns ?? patterns;
  const all =
    offer.pattern === undefined ? Object.values(known) : [patternOf(offer.pattern, known)];
  const fitting = withLimits(
    withRoles(all, [
      ...new Set([...Object.keys(offer.agents ?? {}), ...Object.keys(offer.methodologies ?? {})]),
    ]),
    offer.limits ?? {},
  );
  return Object.fromEntries(fitting.map((one) => [one.name, one]));
}

function withRoles(all: readonly PatternDefinition[], asked: readonly string[]) {
  const found = all.filter(({ roles }) =>
    asked.every((role) => roles.some((known) => known.role === role)),
  );
  if (found.length > 0) return found;
  const roles = [...new Set(all.flatMap((one) => one.roles.map(({ role }) => role)))];
  const wanted = asked.map((role) => `"${role}"`).join(', ');
  const who = all.length === 1 ? all[0]!.name : 'no pattern';
  const has =
    all.length === 1 ? 'has no role' : asked.length > 1 ? 'has all the roles' : 'has a role';
  throw new RangeError(`${who} ${has} ${wanted}; there are: ${roles.join(', ')}`);
}

function withLimits(all: readonly PatternDefinition[], asked: Readonly<Record<string, Json>>) {
  const names = Object.keys(asked);
  const found = all.filter(({ limits }) => names.every((name) => name in limits.shape));
  if (found.length === 0) {
    const unknown = names.filter((name) => !all.some(({ limits }) => name in limits.shape));
    const which = (unknown.length > 0 ? unknown : names).join(', ');
    throw new RangeError(
      `${all.map(({ name }) => name).join(', ')}: ${all.length > 1 ? 'none of these knows' : 'it knows no'} ${which}; leave that limit away`,
    );
  }
  // A value that is beyond the ceiling of every pattern is refused before anything is judged.
  const whole = found.filter((one) => one.limits.safeParse(asked).success);
  if (whole.length === 0) limitsOf(found[0]!, asked);
  return whole;
}

/** The limits of a pattern, complete. Throws a RangeError that names limit and ceiling. */
export function limitsOf(
  pattern: PatternDefinition,
  asked: Readonly<Record<string, Json>>,
): Record<string, Json> {
  const parsed = pattern.limits.safeParse(asked);
  if (parsed.success) return parsed.data as Record<string, Json>;
  const [issue] = parsed.error.issues;
  const field = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.');
  throw new RangeError(`${pattern.name}: limit "${field}": ${issue?.message}`);
}
