/**
 * The steps of a discovery: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Heard } from '../../../events/event.ts';
import type { seatOpened, seatRefused } from '../../../events/words/agent.ts';
import { type Grants, givenBack } from '../kit/grants.ts';
import { inTurn } from '../kit/in-turn.ts';
import type { PatternSays } from '../kit/pattern.ts';
import type { Lost, PatternStep } from '../kit/pattern-spec.ts';
import { granting, handedIn, progress } from '../kit/turn-taking.ts';
import { discoveryTurn } from './discovery-briefs.ts';
import type { Discovery, Handled, Report } from './discovery-ledger.ts';
import * as ledger from './discovery-ledger.ts';
import { type Plan, planRound } from './discovery-plan.ts';

type Step = PatternStep<Discovery>;

export const groundOf = (scout: string): string => `ground-of-${scout}`;
export const taskOf = (tag: string): string => `finding-${tag.toLowerCase()}`;

export function openRound(context: Discovery): Step {
  const { fresh, limits } = context;
  const round = context.round + 1;
  const title = round === 1 ? 'Exploration' : 'Exploration and findings';
  return inTurn(
    context,
    () => ({
      remember: { round, before: fresh, fresh: [], turned: [] },
      say: [{ type: 'round.started', round, of: limits.rounds, title }],
    }),
    push,
  );
}

/** Pushes work to those who are free: assigns findings, asks for specialists, sends scouts on. */
function push(before: Discovery): Step {
  const plan = planRound(before);
  const { wanted, exploring, crowded } = plan;
  const frozen = before.frozen || crowded.length > 0;
  const joined = [...before.joined, ...wanted];
  const assigned = { ...before.assigned, ...plan.assigned };
  const context = { ...before, frozen, joined, assigned };
  const here = [...Object.keys(plan.assigned), ...exploring].filter(
    (seat) => !wanted.includes(seat),
  );
  const granted = granting(context, here, (seat) => discoveryTurn(context, seat));
  return {
    remember: {
      ...{ frozen, joined, assigned },
      turned: [...before.turned, ...here, ...wanted],
      // Whoever is wanted owes its first turn until the team has answered.
      grants: wanted.reduce<Grants>(givenBack, granted.remember.grants),
    },
    say: [
      ...(before.frozen ? [] : crowded.slice(0, 1).map((tag) => freezing(context, tag))),
      ...Object.entries(plan.assigned).flatMap(([seat, tag]) => assigning(seat, tag)),
      ...exploring.map((seat) => progress(groundOf(seat), 'inProgress', 'explores')),
      ...wanting(context, plan),
      ...granted.say,
    ],
  };
}

const assigning = (owner: string, tag: string): PatternSays[] => [
  { type: 'task.assigned', task: taskOf(tag), owner },
  progress(taskOf(tag), 'inProgress', `assigned to ${owner}`),
];

const wanting = (context: Discovery, { wanted, assigned }: Plan): PatternSays[] =>
  wanted.map((agent) => ({
    type: 'seat.wanted',
    to: 'team',
    agent,
    role: 'specialist',
    reason: `${assigned[agent]}, found by ${context.findings[assigned[agent]!]!.by}, takes it`,
  }));

const freezing = ({ findings, limits }: Discovery, tag: string): PatternSays => ({
  type: 'decision.made',
  subject: 'The scope of the team',
  proposedBy: findings[tag]!.by,
  challengedBy: [],
  resolution: `Frozen at ${limits.teamSize} agents: ${tag} and what else is found goes to those who are there.`,
  basis: 'limit',
});

export function takeReport(context: Discovery, report: Report): Step {
  const remember = ledger.withReport(context, report);
  const isExplored = { ...context, ...remember }.explored.includes(report.from);
  const note = isExplored ? 'explored' : 'there is more';
  return {
    remember,
    say: [
      handedIn(report, groundOf(report.from)),
      progress(groundOf(report.from), isExplored ? 'completed' : 'inProgress', note),
      ...creating(context, report),
    ],
  };
}

export function takeHandled(context: Discovery, handled: Handled): Step {
  const { from, outcome } = handled;
  const tag = context.assigned[from] ?? '';
  const remember = ledger.withHandled(context, handled);
  const { by, status } = { ...context, ...remember }.findings[tag]!;
  const stands = status === 'open' ? 'pending' : status === 'blocked' ? 'failed' : 'completed';
  return {
    remember,
    say: [
      handedIn(handled, taskOf(tag)),
      progress(taskOf(tag), stands, `${outcome} by ${from}`),
      ...(outcome === 'dismissed' ? dismissing(tag, by, handled) : []),
      ...creating(context, handled),
    ],
  };
}

/** What was found does not hold: decided by who looked into it, against who reported it. */
function dismissing(tag: string, by: string, { from, reason }: Handled): PatternSays[] {
  const subject = `Finding ${tag}`;
  const resolution = `Dismissed by ${from}: ${reason}`;
  const decided: PatternSays = {
    ...{ type: 'decision.made', subject, proposedBy: by, resolution, basis: 'ruled' },
    challengedBy: from === by ? [] : [from],
  };
  const view = `Reported as a finding; ${from} dismissed it and ${by} was not heard on that.`;
  return from === by
    ? [decided]
    : [decided, { type: 'dissent.noted', by, about: `finding ${tag}`, view }];
}

/** Proposed findings come to the board; a specialist outside what was prepared is refused. */
function creating(context: Discovery, event: Report | Handled): PatternSays[] {
  const { taken } = ledger.newFindings(context, event.findings);
  return taken.flatMap(({ tag, title, specialist }): PatternSays[] => [
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
): PatternSays => ({
  type: 'decision.made',
  subject: `A seat for ${agent}`,
  proposedBy,
  challengedBy: [],
  resolution: basis === 'limit' ? `${how}; its finding goes to those who are there` : how,
  basis,
});

const finderFor = (context: Discovery, agent: string): string =>
  context.findings[context.assigned[agent] ?? '']?.by ?? '';

/** The one who was wanted is there, and is granted the turn that it owes. */
export function welcome(context: Discovery, { agent }: Heard<typeof seatOpened>): Step {
  const resolution = `Approved for ${context.assigned[agent]}.`;
  return { say: [seating(agent, finderFor(context, agent), resolution, 'agreed')], asks: [agent] };
}

/** Its finding goes at once to somebody who is free, or waits for the next round. */
export function goWithout(context: Discovery, event: Heard<typeof seatRefused>): Step {
  const { agent, reason, frozen } = event;
  return inTurn(
    context,
    () => ({
      remember: ledger.withoutSpecialist(context, agent, frozen),
      say: [seating(agent, finderFor(context, agent), `Refused: ${reason}`, 'limit')],
    }),
    push,
  );
}

/** What a seat worked on goes back into the queue; whoever was never asked for is not missed. */
export function loseMember(context: Discovery, seat: string, { before }: Lost<Discovery>): Step {
  if (!ledger.membersOf(context).includes(seat)) return { remember: { lost: before.lost } };
  const tag = context.assigned[seat];
  return {
    remember: ledger.withFindingFreed(context, seat),
    say: [
      ...(tag ? [progress(taskOf(tag), 'pending', `${seat} is gone`)] : []),
      ...(ledger.isScout(context, seat)
        ? [progress(groundOf(seat), 'failed', 'nobody explores it any more')]
        : []),
    ],
  };
}
