/** What is said in the simulated shop, and what comes of the work done for it. */
import { z } from 'zod';
import { usage } from '../../../src/events/amounts.ts';
import { defineEvent } from '../../../src/events/event.ts';

const failure = {
  kind: z.string(),
  message: z.string(),
  retryAfterMs: z.number().nonnegative().optional(),
};

export const creditChecked = defineEvent(
  'credit.checked',
  z.strictObject({ approved: z.boolean(), usage }),
);
export const creditFailed = defineEvent('credit.failed', z.strictObject(failure));
export const stockReserved = defineEvent('stock.reserved', z.strictObject({ units: z.int() }));
export const stockFailed = defineEvent('stock.failed', z.strictObject(failure));

export const customerCalled = defineEvent(
  'customer.called',
  z.strictObject({ about: z.string(), nth: z.int() }),
);
export const parcelMoved = defineEvent('parcel.moved', z.strictObject({ nth: z.int() }));

/** From actor to actor; counted as a message. */
export const ballPlayed = defineEvent(
  'ball.played',
  z.strictObject({ nth: z.int(), text: z.string() }),
  { message: true },
);
export const pairFinished = defineEvent('pair.finished', z.strictObject({ played: z.int() }));

export const shopEvents = [
  creditChecked,
  creditFailed,
  stockReserved,
  stockFailed,
  customerCalled,
  parcelMoved,
  ballPlayed,
  pairFinished,
];
