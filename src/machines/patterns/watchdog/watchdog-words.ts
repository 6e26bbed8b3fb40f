/**
 * The names of the tasks on the board, and what is said of corrections for the report: that one was put right, or
 * that it came to an escalation. Pure.
 */
import type { PatternSays } from '../kit/pattern.ts';
import type { WatchdogContext } from './watchdog-ledger.ts';

export const workOf = (implementer: string): string => `work-of-${implementer}`;
/** The watchdog's own task. */
export const WATCH = 'watch';

/** What stood against the implementer stands no more. */
export function putRight(context: WatchdogContext, seat: string): PatternSays[] {
  const tags = context.standing[seat] ?? [];
  if (tags.length === 0) return [];
  return [
    {
      type: 'decision.made',
      subject: `${tags.join(', ')} in the work of ${seat}`,
      proposedBy: context.watchdog,
      challengedBy: [],
      resolution: `Put right by ${seat}.`,
      basis: 'agreed',
    },
  ];
}

/** The limit of corrections is reached: recorded for people, and the implementer goes on. */
export const escalated = (
  { watchdog, limits }: WatchdogContext,
  seat: string,
  tags: readonly string[],
): PatternSays[] => [
  {
    type: 'decision.made',
    subject: `Escalation of the work of ${seat}`,
    proposedBy: watchdog,
    challengedBy: [seat],
    resolution: `After ${limits.corrections} corrections ${seat} goes on without further ones; ${tags.join(', ')} is left to whoever reads the report.`,
    basis: 'limit',
  },
  {
    type: 'dissent.noted',
    by: watchdog,
    about: `the work of ${seat}`,
    view: `Not put right in ${limits.corrections} corrections: ${tags.join(', ')}`,
  },
];
