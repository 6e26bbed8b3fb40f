/** A governor's own book: how much leave it has given out and not got back. */
import type { Governor, Permit } from '../../src/actors/governor/governor.ts';

export interface LeaveBook {
  readonly governor: Governor;
  /** Permits that are out. */
  readonly out: number;
}

export function bookOfLeave(governor: Governor): LeaveBook {
  let out = 0;
  const noted = (permit: Permit): Permit => {
    out += 1;
    return {
      leave(outcome) {
        out -= 1;
        permit.leave(outcome);
      },
    };
  };
  return {
    governor: {
      look: (...asked) => governor.look(...asked),
      enter(...asked) {
        const entry = governor.enter(...asked);
        if ('now' in entry) return { now: noted(entry.now) };
        if ('soon' in entry) return { ...entry, soon: entry.soon.then(noted) };
        return entry;
      },
    },
    get out() {
      return out;
    },
  };
}
