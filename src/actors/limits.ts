/**
 * The limits that hold when nobody says otherwise, and the ceilings that hold whatever anybody says.
 */
import { type Limits, limits } from '../events/words/team.ts';

export const defaultLimits: Limits = {
  synthesisTokens: 16_000,
  messagesPerActor: 20,
  messagesPerTeam: 100,
  depth: 2,
  teamSize: 8,
  works: 1000,
  turns: 20_000,
};

/** Beyond these a team is not a team any more. */
export const ceilings: Partial<Limits> = {
  messagesPerActor: 1_000_000,
  messagesPerTeam: 1_000_000,
  depth: 2,
  teamSize: 8,
  works: 10_000_000,
  turns: 10_000_000,
};

/** Fills in defaults; throws a RangeError naming the limit that is out of bounds. */
export function limitsOf(wanted: Partial<Limits> = {}): Limits {
  const given = Object.fromEntries(
    Object.entries(wanted).filter(([, value]) => value !== undefined),
  );
  const parsed = limits.safeParse({ ...defaultLimits, ...given });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RangeError(`limit "${issue?.path.join('.')}": ${issue?.message}`);
  }
  for (const [name, ceiling] of Object.entries(ceilings)) {
    const value = parsed.data[name as keyof Limits];
    if (value !== undefined && value > ceiling) {
      throw new RangeError(`limit "${name}" is ${value}; the most there can be is ${ceiling}`);
    }
  }
  return parsed.data;
}
