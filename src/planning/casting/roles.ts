/**
 * Roles: for which role of a pattern somebody is named, by what they are called, told to be, or told to do. Pure.
 */
import type { PatternDefinition } from '../../machines/patterns/kit/pattern.ts';
import type { Mention } from './mentions.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words of somebody that are a role's name or mean it. */
const CALLED: Readonly<Record<string, ReadonlySet<string>>> = {
  judge: words('judge referee arbiter umpire adjudicator jury'),
  advocate: words('advocate proponent opponent champion defender attacker camp party skeptic'),
  facilitator: words('facilitator moderator mediator chair'),
  watchdog: words('watchdog guardian guard monitor observer overseer enforcer sentinel warden'),
  reviewer: words('reviewer critic auditor editor checker inspector'),
  scout: words('scout explorer'),
  lead: words('lead researcher gatherer'),
  generalist: words('generalist'),
  specialist: words('specialist expert consultant adviser advisor'),
  expert: words('expert specialist'),
  negotiator: words('negotiator side'),
  contributor: words('contributor'),
  producer: words('producer author writer creator developer implementer designer'),
  implementer: words('implementer developer programmer coder engineer'),
};

/** What people of a role do. */
const DEEDS: Readonly<Record<string, ReadonlySet<string>>> = {
  reviewer: words(
    'review critique check validate verify audit approve inspect assess criticise iterate',
  ),
  watchdog: words('watch monitor enforce guard oversee supervise'),
  judge: words('judge decide rule'),
  lead: words('research gather investigate collect'),
};

/** Who somebody is when neither name nor deed says it. */
const ELSE: Readonly<Record<string, string>> = {
  'review-loop': 'producer',
  'adversarial-debate': 'advocate',
  'expertise-routing': 'specialist',
  'nested-swarm': 'producer',
};

/** Words for nobody in particular. */
const ANYBODY = words(
  'someone somebody anybody people person team subagent subagents agent member colleague stakeholder',
);

type Pattern = Pick<PatternDefinition, 'name' | 'roles'>;

/** Whether the words name the role itself: "seven experts", "six reviewers". */
export const isCalled = (role: string, said: readonly string[]) =>
  said.some((word) => word === role || CALLED[role]?.has(word));

/** The role that somebody is named for, or undefined when nobody in particular is meant. */
export function roleOf(mention: Mention, pattern: Pattern): string | undefined {
  const { words: said, deed, agentType, as } = mention;
  const roles = pattern.roles.map(({ role }) => role);
  if (as !== undefined) {
    const told = roles.find((role) => role === as) ?? roles.find((role) => CALLED[role]?.has(as));
    if (told !== undefined) return told;
  }
  const called = roles.find((role) => isCalled(role, said));
  if (called !== undefined) return called;
  if (agentType === undefined && said.every((word) => ANYBODY.has(word))) return undefined;
  const does = deed === undefined ? undefined : roles.find((role) => DEEDS[role]?.has(deed));
  return does ?? ELSE[pattern.name] ?? roles[0];
}
