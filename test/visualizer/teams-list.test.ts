/** The list of teams: found by words and status, in the order that was asked for. */
import { describe, expect, it } from 'vitest';
import type { TeamLine } from '../../src/projections/teams/teams.ts';
import { ago, shareUsed, type Wish, wanted } from '../../src/visualizer/page/teams/teams-list.ts';

const line = (team: string, news: Partial<TeamLine> = {}): TeamLine => ({
  team,
  pattern: 'review-loop',
  status: 'done',
  outcome: 'completed',
  confidence: 'high',
  cause: null,
  reason: '',
  request: 'Design a rate limiter',
  events: 10,
  tokens: { input: 100, output: 20, limit: null },
  usd: 0,
  round: null,
  rounds: null,
  rehearsal: true,
  parent: null,
  startedAt: 1000,
  updatedAt: 2000,
  ...news,
});
const wish: Wish = { words: '', status: '', order: 'updated', isDown: true };
const names = (lines: readonly TeamLine[], news: Partial<Wish>) =>
  wanted(lines, { ...wish, ...news }).map(({ team }) => team);

const lines = [
  line('b', { updatedAt: 5, status: 'running', request: 'Choose a Storage engine' }),
  line('a', { updatedAt: 9, tokens: { input: 1, output: 1, limit: 8 } }),
  line('c', { updatedAt: 7, pattern: 'watchdog', tokens: { input: 500, output: 1, limit: null } }),
];

describe('the list of teams', () => {
  it('is sorted as asked for, equals by their names', () => {
    expect(names(lines, {})).toEqual(['a', 'c', 'b']);
    expect(names(lines, { order: 'team', isDown: false })).toEqual(['a', 'b', 'c']);
    expect(names(lines, { order: 'tokens' })).toEqual(['c', 'b', 'a']);
    expect(names(lines, { order: 'started' })).toEqual(['a', 'b', 'c']);
  });

  it('has only those in which all words stand, wherever, in whatever case', () => {
    expect(names(lines, { words: 'storage CHOOSE' })).toEqual(['b']);
    expect(names(lines, { words: 'watchdog' })).toEqual(['c']);
    expect(names(lines, { words: 'watchdog storage' })).toEqual([]);
    expect(names(lines, { status: 'running' })).toEqual(['b']);
  });

  it('leaves the list that it was given as it is', () => {
    const before = [...lines];
    names(lines, { order: 'team' });
    expect(lines).toEqual(before);
  });

  it('knows the share of a budget, and that there may be none', () => {
    expect(shareUsed(lines[1]!)).toBe(0.25);
    expect(shareUsed(lines[0]!)).toBeNull();
  });

  it('tells a time in its largest unit', () => {
    expect([ago(0, 5000), ago(0, 180_000), ago(0, 7_200_000), ago(0, 300_000_000)]).toEqual([
      '5 s ago',
      '3 min ago',
      '2 h ago',
      '3 days ago',
    ]);
    expect(ago(10, 5)).toBe('0 s ago');
  });
});
