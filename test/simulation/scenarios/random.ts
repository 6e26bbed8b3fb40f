/**
 * Random statecharts, several in one team, that say, wait, retry and go back through their history without
 * any sense; people tell them to go on. The host ends the team when its time has come.
 */
import { assign, createMachine, emit } from 'xstate';
import { EVENTS, randomChart } from '../../actors/random-chart.ts';
import { type Hands, workersOf } from '../hands.ts';
import type { Scenario } from '../scenario.ts';
import { creditChecked, creditFailed, shopEvents } from './shop-events.ts';

const charts = ['chart-1', 'chart-2', 'chart-3'];
const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0 };

const host = createMachine({
  id: 'host',
  initial: 'hosting',
  entry: charts.map((actor) => emit({ type: 'actor.joined', actor, machine: actor, input: null })),
  output: { status: 'done', reason: 'it is late' },
  on: { 'was.told': { actions: assign({}) } },
  states: {
    hosting: {
      id: 'hosting',
      on: { 'team.stopRequested': 'closed' },
      after: { 120000: 'closed' },
    },
    closed: { type: 'final' },
  },
} as never);

/** `work` is what random charts wait for: paid for by one, free for the next. */
const hands: Hands = {
  work: {
    effect: 'paid',
    records: { done: creditChecked, failed: creditFailed },
    tokens: { input: 100, output: 100 },
    answer: (_input, luck) => ({ approved: luck < 0.5, usage }),
  },
};

export const randomCharts: Scenario = {
  name: 'random',
  machines: (dice) => ({
    host: { machine: host, hears: ['was.told', 'limit.neared'] },
    ...Object.fromEntries(
      charts.map((name) => [name, { machine: randomChart(dice), hears: ['be.told', 'was.told'] }]),
    ),
  }),
  events: shopEvents,
  works: Object.keys(hands),
  workers: (world, process, begin) => workersOf(world, process, hands, begin),
  start: (dice) => ({
    machine: 'host',
    limits: { tokens: dice.pick([1000, 100_000]), synthesisTokens: 0, turns: 300 },
  }),
  chatter: (dice) =>
    Array.from({ length: dice.int(0, 15) }, (_, nth) => ({
      event: { type: dice.pick(EVENTS), nth },
      to: dice.some(['root', ...charts], dice.int(1, 2)),
    })),
};
