/** Who works in the simulated shop: one hand of each effect class. */
import { type Hands, type OnBegin, workersOf } from '../hands.ts';
import type { Process, World } from '../world.ts';
import { creditChecked, creditFailed, stockFailed, stockReserved } from './shop-events.ts';

const noUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  usd: 0,
};

export const shopHands: Hands = {
  checkCredit: {
    effect: 'paid',
    records: { done: creditChecked, failed: creditFailed },
    tokens: { input: 1000, output: 400 },
    answer: (_input, luck) => ({ approved: luck < 0.8, usage: noUsage }),
  },
  reserveStock: {
    effect: 'once',
    records: { done: stockReserved, failed: stockFailed },
    answer: (_input, luck) => ({ units: Math.floor(luck * 10) }),
  },
  writeInvoice: {
    effect: 'converging',
    answer: (_input, luck) => ({ page: Math.floor(luck * 9) }),
  },
  lookUp: { effect: 'repeatable', answer: (input, luck) => ({ found: luck < 0.5, for: input }) },
};

export const shopWorkers = (world: World, process: () => Process, begin: OnBegin) =>
  workersOf(world, process, shopHands, begin);
