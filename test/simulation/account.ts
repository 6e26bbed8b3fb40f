/**
 * The budget as an auditor counts it: from the events alone, in another way than the doorkeeper does.
 */

import type { Amount, Usage } from '../../src/events/amounts.ts';
import { tokensOf } from '../../src/events/amounts.ts';
import type { RecordedEvent } from '../../src/events/event.ts';
import type { Limits } from '../../src/events/words/team.ts';

export interface Account {
  note(event: RecordedEvent, problem: (text: string) => void): void;
  readonly settled: Amount;
  readonly reserved: Amount;
}

/** Dollars are added as floating point numbers. */
const CENT_FRACTION = 1e-6;

export function createAccount(): Account {
  let limits: Limits | undefined;
  /** A provider used more than was reserved: from then on the limits may be exceeded, by that much. */
  let breached = false;
  let told = true;
  const open = new Map<string, Amount>();
  const settled: Amount = { tokens: 0, usd: 0 };
  const account: Account = {
    settled,
    get reserved() {
      const sum = { tokens: 0, usd: 0 };
      for (const { tokens, usd } of open.values()) {
        sum.tokens += tokens;
        sum.usd += usd;
      }
      return sum;
    },
    note(event, problem) {
      const { type, data, meta } = event;
      if (type === 'team.formed') limits = data['limits'] as unknown as Limits;
      if (type === 'budget.breached') told = true;
      if (meta.last && !told) problem('a breach is not told in the turn in which it is heard');
      const { work } = meta;
      if (work === undefined) return;
      if (type === 'work.admitted') {
        if (open.has(work)) problem(`${work} is admitted while its reservation stands`);
        open.set(work, data['reserved'] as Amount);
        if (breached && data['effect'] === 'paid') problem(`${work} is admitted after a breach`);
      } else if (type === 'work.delayed') open.delete(work);
      else if (open.has(work) && ends(event)) {
        const held = open.get(work)!;
        const spent = spentOf(event, held);
        open.delete(work);
        if (!breached && (spent.tokens > held.tokens || spent.usd > held.usd + CENT_FRACTION)) {
          breached = true;
          told = false;
        }
        settled.tokens += spent.tokens;
        settled.usd += spent.usd;
      }
      const { reserved } = account;
      if (breached) return;
      if (limits?.tokens !== undefined && settled.tokens + reserved.tokens > limits.tokens)
        problem(`${settled.tokens} + ${reserved.tokens} tokens of ${limits.tokens}`);
      if (limits?.usd !== undefined && settled.usd + reserved.usd > limits.usd + CENT_FRACTION)
        problem(`$${settled.usd} + $${reserved.usd} of $${limits.usd}`);
    },
  };
  return account;
}

const ends = ({ type, data }: RecordedEvent) =>
  type !== 'work.started' && !(type === 'work.cancelled' && data['started'] === true);

function spentOf({ type, data }: RecordedEvent, held: Amount): Amount {
  if (type === 'work.cancelled' || type === 'work.refused') return { tokens: 0, usd: 0 };
  if (type === 'work.lapsed') return data['settled'] as Amount;
  const usage = data['usage'] as Usage | undefined;
  if (usage) return { tokens: tokensOf(usage), usd: usage.usd };
  return type.endsWith('.failed') ? { tokens: 0, usd: 0 } : held;
}
