/** What a person may say to a team from the page, and why not. */
import type { TeamStatus } from '../../../projections/verdict/verdict.ts';
import type { Standing } from '../shell/cast.ts';

/** As the server has them. */
export const TOLD_MAX = 20_000;
export const REASON_MAX = 400;

/** Why nothing can be said to a team; empty when something can. */
export function whyNoSteering(mayChange: boolean, status: TeamStatus | undefined): string {
  if (!mayChange)
    return 'This page may only look: open the address with the token that "horde ui" has printed';
  if (status === undefined) return 'The team has not begun yet';
  if (status === 'running' || status === 'paused') return '';
  return `The team has ended: ${status}. Fork it to go on from one of its revisions`;
}

/** Who can be told something: the agents at work, in the order in which they joined. */
export const agentsAtWork = (standings: readonly Standing[]): string[] =>
  standings
    .filter(({ machine, status }) => machine === 'agent' && status === 'active')
    .map(({ actor }) => actor);

/** What is wrong with a text that is to be said; empty when it is right. */
export function whyNotSaid(text: string, most: number): string {
  const { length } = text.trim();
  if (length === 0) return 'Write what is to be said';
  if (length > most) return `That is too long: ${length} characters, at most ${most}`;
  return '';
}
