/**
 * Who is to do what in a round of discovery: findings are pushed to those who are free, specialists are asked
 * for where a finding takes one, scouts go on exploring. Pure.
 *
 * Invariants
 * 1. Nobody is asked for without a finding that takes exactly them, nor beyond the size of the team.
 * 2. A finding goes to its own specialist, seated or to be seated; else to any free agent that has not tried it.
 * 3. A scout leaves its ground for a finding only when no specialist will come to it.
 */
import { type Discovery, isScout, membersOf, tagsOf } from './discovery-ledger.ts';

export interface Plan {
  /** Which finding each seat is given; some of the seats are wanted first. */
  assigned: Record<string, string>;
  wanted: string[];
  /** Scouts that go on exploring. */
  exploring: string[];
  /** Findings that would have taken a new seat, had the team not been full. */
  crowded: string[];
}

/** What is to be done now by those who have had no turn in this round. */
export function planRound(context: Discovery): Plan {
  const plan: Plan = { assigned: {}, wanted: [], exploring: [], crowded: [] };
  if (context.ending !== null) return plan;
  const free = new Set(membersOf(context).filter((seat) => isFree(context, seat)));
  const held = new Set(Object.values(context.assigned));
  for (const tag of tagsOf(context, 'open')) {
    if (held.has(tag)) continue;
    const seat = seatFor(context, tag, free, plan);
    if (seat === undefined) continue;
    plan.assigned[seat] = tag;
    free.delete(seat);
  }
  plan.exploring = [...free].filter((seat) => mayExplore(context, seat));
  return plan;
}

/** Another round is allowed, and would have something in it. */
export function mayDiscoverMore(context: Discovery): boolean {
  const { ending, round, limits } = context;
  if (ending !== null || round >= limits.rounds) return false;
  const { assigned, exploring } = planRound({ ...context, turned: [] });
  for (const _ in assigned) return true;
  return exploring.length > 0;
}

const isFree = ({ lost, turned }: Discovery, seat: string): boolean =>
  !lost.includes(seat) && !turned.includes(seat);

const mayExplore = (context: Discovery, seat: string): boolean =>
  isScout(context, seat) && !context.explored.includes(seat);

function seatFor(
  context: Discovery,
  tag: string,
  free: ReadonlySet<string>,
  plan: Plan,
): string | undefined {
  const { needs, tried } = context.findings[tag]!;
  const willing = [...free].filter((seat) => !tried.includes(seat));
  if (needs !== null && willing.includes(needs)) return needs;
  const isNew = needs !== null && !context.joined.includes(needs) && !plan.wanted.includes(needs);
  if (isNew && !context.frozen) {
    if (membersOf(context).length + plan.wanted.length < context.limits.teamSize) {
      plan.wanted.push(needs);
      return needs;
    }
    plan.crowded.push(tag);
  }
  const idle = willing.filter((seat) => !mayExplore(context, seat));
  return idle[0] ?? (isExpected(context, tag, plan) ? undefined : willing[0]);
}

/** Its specialist is seated or on the way, and has not tried it yet. */
function isExpected(context: Discovery, tag: string, { wanted }: Plan): boolean {
  const { needs, tried } = context.findings[tag]!;
  if (needs === null || tried.includes(needs) || context.lost.includes(needs)) return false;
  return context.joined.includes(needs) || wanted.includes(needs);
}
