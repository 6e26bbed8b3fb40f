/** The list of teams as one wants to see it: filtered by words and status, sorted, parents known. */
import type { TeamLine } from '../../../projections/teams/teams.ts';
import type { TeamStatus } from '../../../projections/verdict/verdict.ts';

export type Order =
  | 'updated'
  | 'started'
  | 'team'
  | 'pattern'
  | 'status'
  | 'round'
  | 'tokens'
  | 'usd'
  | 'events';

export interface Wish {
  /** Words that must all stand somewhere in the line. */
  words: string;
  status: TeamStatus | '';
  order: Order;
  isDown: boolean;
}

export const tokensUsed = ({ tokens }: TeamLine): number => tokens.input + tokens.output;

/** Share of the budget that is used, from 0 to 1; null without a limit. */
export const shareUsed = (line: TeamLine): number | null =>
  line.tokens.limit === null ? null : Math.min(1, tokensUsed(line) / line.tokens.limit);

const KEYS: Readonly<Record<Order, (line: TeamLine) => number | string>> = {
  updated: ({ updatedAt }) => updatedAt,
  started: ({ startedAt }) => startedAt,
  team: ({ team }) => team,
  pattern: ({ pattern }) => pattern,
  status: ({ status }) => status,
  round: ({ round, rounds }) => (round && rounds ? round / rounds : 0),
  tokens: tokensUsed,
  usd: ({ usd }) => usd,
  events: ({ events }) => events,
};

export function wanted(lines: readonly TeamLine[], wish: Wish): TeamLine[] {
  const words = wish.words.toLowerCase().split(/\s+/).filter(Boolean);
  const key = KEYS[wish.order];
  const sign = wish.isDown ? -1 : 1;
  return lines
    .filter((line) => wish.status === '' || line.status === wish.status)
    .filter((line) => {
      const text = `${line.team} ${line.pattern} ${line.request} ${line.reason}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => sign * compare(key(a), key(b)) || compare(a.team, b.team));
}

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How long ago, in the largest unit that fits. */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}
