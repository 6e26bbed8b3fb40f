/**
 * The steps of a discovery: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Heard, Said } from '../../../events/event.ts';
import type { seatOpened, seatRefused, seatWanted } from '../../../events/words/agent.ts';
import type { taskAssigned } from '../../../events/words/pattern.ts';
import type { Taken } from '../../step.ts';
import { type Grants, givenBack } from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import { discoveryTurn } from './discovery-briefs.ts';
import type { DiscoveryContext, Handled, Report } from './discovery-ledger.ts';
import * as ledger from './discovery-ledger.ts';
import { type Plan, planRound } from './discovery-plan.ts';

export type DiscoverySays = PatternSays | Said<typeof seatWanted> | Said<typeof taskAssigned>;
type Step = Taken<DiscoveryContext, DiscoverySays>;

export const groundOf = (scout: string): string => `ground-of-${scout}`;
export const taskOf = (tag: string): string => `finding-${tag.toLowerCase()}`;

export const openBoard = ({ scouts }: DiscoveryContext): Step => ({
  say: scouts.map((owner) => ({
    type: 'task.created',
    task: groundOf(owner),
    title: `Ground of ${owner}`,
    owner,
    blockedBy: [],
  })),
});

export function openRound(before: DiscoveryContext): Step {
  const { fresh } = before;
  const round = before.round + 1;
  const context = { ...before, round, before: fresh, fresh: [], turned: [] };
  const of = context.limits.rounds;
  const title = round === 1 ? 'Exploration' : 'Exploration and findings';
  const { remember, say } = push(context);
  return {
    remember: { round, before: fresh, fresh: [], ...remember },
    say: [{ type: 'round.started', round, of, title }, ...say],
  };
}

/** Pushes work to those who are free: assigns findings, asks for specialists, sends scouts on. */
function push(before: DiscoveryContext): {
  remember: Partial<DiscoveryContext>;
  say: DiscoverySays[];
} {
  const plan = planRound(before);
  const freezes = plan.crowded.length > 0 && !before.frozen;
  const context = {
    ...before,
    frozen: before.frozen || freezes,
    seats: [...before.seats, ...plan.wanted],
    assigned: { ...before.assigned, ...plan.assigned },
  };
  const here = [...Object.keys(plan.assigned), ...plan.exploring].filter(
    (seat) => !plan.wanted.includes(seat),
  );
  const granted = turns.granting(context, here, (seat) => discoveryTurn(context, seat));
  const { frozen, seats, assigned } = context;
  return {
    remember: {
      ...{ frozen, seats, assigned },
      turned: [...before.turned, ...here, ...plan.wanted],
      grants: plan.wanted.reduce<Grants>(givenBack, granted.remember.grants),
    },
    say: [
      ...(freezes ? [freezing(context, plan.crowded[0]!)] : []),
      ...Object.entries(plan.assigned).flatMap(([seat, tag]) => assigning(seat, tag)),
      ...plan.exploring.map((seat) => turns.progress(groundOf(seat), 'inProgress', 'explores')),
      ...wanting(context, plan),
      ...granted.say,
    ],
  };
}

const assigning = (owner: string, tag: string): DiscoverySays[] => [
  { type: 'task.assigned', task: taskOf(tag), owner },
  turns.progress(taskOf(tag), 'inProgress', `assigned to ${owner}`),
];

const wanting = (context: DiscoveryContext, { wanted, assigned }: Plan): DiscoverySays[] =>
  wanted.map((agent) => ({
    type: 'seat.wanted',
    to: 'team',
    agent,
    role: 'specialist',
    reason: `${assigned[agent]}, found by ${context.findings[assigned[agent]!]!.by}, takes it`,
  }));

const freezing = ({ findings, limits }: DiscoveryContext, tag: string): DiscoverySays => ({
  type: 'decision.made',
  subject: 'The scope of the team',
  proposedBy: findings[tag]!.by,
  challengedBy: [],
  resolution: `Frozen at ${limits.teamSize} agents: ${tag} and what else is found goes to those who are there.`,
  basis: 'limit',
});

export function takeReport(context: DiscoveryContext, report: Report): Step {
  const remember = ledger.withReport(context, report);
  const isExplored = remember.explored!.includes(report.from);
  const note = isExplored ? 'explored' : 'there is more';
  return {
    remember,
    say: [
      turns.handedIn(report, groundOf(report.from)),
      turns.progress(groundOf(report.from), isExplored ? 'completed' : 'inProgress', note),
      ...creating(context, report),
    ],
  };
}

export function takeHandled(context: DiscoveryContext, handled: Handled): Step {
  const { from, outcome } = handled;
  const tag = context.assigned[from]!;
  const remember = ledger.withHandled(context, handled);
  const { by, status } = remember.findings![tag]!;
  const stands = status === 'open' ? 'pending' : status === 'blocked' ? 'failed' : 'completed';
  return {
    remember,
    say: [
      turns.handedIn(handled, taskOf(tag)),
      turns.progress(taskOf(tag), stands, `${outcome} by ${from}`),
      ...(outcome === 'dismissed' ? dismissing(tag, by, handled) : []),
      ...creating(context, handled),
    ],
  };
}

/** What was found does not hold: decided by who looked into it, against who reported it. */
function dismissing(tag: string, by: string, { from, reason }: Handled): DiscoverySays[] {
  const subject = `Finding ${tag}`;
  const resolution = `Dismissed by ${from}: ${reason}`;
  const decided: DiscoverySays = {
    ...{ type: 'decision.made', subject, proposedBy: by, resolution, basis: 'ruled' },
    challengedBy: from === by ? [] : [from],
  };
  const view = `Reported as a finding; ${from} dismissed it and ${by} was not heard on that.`;
  return from === by
    ? [decided]
    : [decided, { type: 'dissent.noted', by, about: `finding ${tag}`, view }];
}

/** Proposed findings come to the board; a specialist outside what was prepared is refused. */
function creating(context: DiscoveryContext, event: Report | Handled): DiscoverySays[] {
  const { taken } = ledger.newFindings(context, event.findings);
  return taken.flatMap(({ tag, title, specialist }): DiscoverySays[] => [
    { type: 'task.created', task: taskOf(tag), title: `${tag}: ${title}`, blockedBy: [] },
    ...(specialist === 'none' || context.specialists.includes(specialist)
      ? []
      : [seating(specialist, event.from, 'refused: outside the scope of the team', 'limit')]),
  ]);
}

const seating = (
  agent: string,
  proposedBy: string,
  how: string,
  basis: 'agreed' | 'limit',
): DiscoverySays => ({
  type: 'decision.made',
  subject: `A seat for ${agent}`,
  proposedBy,
  challengedBy: [],
  resolution: basis === 'limit' ? `${how}; its finding goes to those who are there` : how,
  basis,
});

const finderFor = (context: DiscoveryContext, agent: string): string =>
  context.findings[context.assigned[agent] ?? '']?.by ?? '';

/** The one who was wanted is there, and is granted the turn that it owes. */
export function welcome(context: DiscoveryContext, { agent }: Heard<typeof seatOpened>): Step {
  const { remember, say } = turns.granting(context, [agent], () => discoveryTurn(context, agent));
  const resolution = `Approved for ${context.assigned[agent]}.`;
  return {
    remember,
    say: [seating(agent, finderFor(context, agent), resolution, 'agreed'), ...say],
  };
}

/** Its finding goes at once to somebody who is free, or waits for the next round. */
export function goWithout(context: DiscoveryContext, event: Heard<typeof seatRefused>): Step {
  const { agent, reason, frozen } = event;
  const gone = ledger.withoutSpecialist(context, agent, frozen);
  const { remember, say } = push({ ...context, ...gone });
  return {
    remember: { ...gone, ...remember },
    say: [seating(agent, finderFor(context, agent), `Refused: ${reason}`, 'limit'), ...say],
  };
}

export const grantAgain = (context: DiscoveryContext, event: turns.TurnEvent): Step => {
  const seat = turns.seatOf(event);
  return turns.grantingAgain(context, seat, discoveryTurn(context, seat));
};

/** A seat is gone; what it worked on goes back into the queue. */
export function loseSeat(context: DiscoveryContext, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  const tag = context.assigned[seat];
  return {
    remember: ledger.withoutDiscoverer(context, event, seat),
    say: [
      ...(tag ? [turns.progress(taskOf(tag), 'pending', `${seat} is gone`)] : []),
      ...(ledger.isScout(context, seat)
        ? [turns.progress(groundOf(seat), 'failed', 'nobody explores it any more')]
        : []),
    ],
  };
}
