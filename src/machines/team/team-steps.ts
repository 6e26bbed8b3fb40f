/**
 * The steps of a team's life: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Heard } from '../../events/event.ts';
import type { seatWanted, turnForfeited, turnGranted } from '../../events/words/agent.ts';
import type { submitSynthesis } from '../../events/words/moves.ts';
import type { patternConcluded, taskCreated } from '../../events/words/pattern.ts';
import type { actorDone, teamStopRequested } from '../../events/words/team.ts';
import type { limitNeared } from '../../events/words/work.ts';
import { type Draft, withTask } from '../dependencies.ts';
import type { Taken } from '../step.ts';
import {
  entryOf,
  type MoveHeard,
  type RosterEntry,
  type SeatState,
  successor,
  type TeamContext,
  type TeamSays,
  whyNoSeat,
  withoutSeat,
  withSeat,
} from './team-life.ts';

type Step = Taken<TeamContext, TeamSays>;
type Phase = 'forming' | 'working' | 'synthesizing' | 'dissolving' | 'dissolved';

const phased = (phase: Phase, reason: string): TeamSays => ({ type: 'team.phased', phase, reason });

const joins = ({ actor, profile, input }: RosterEntry, incarnation: number): TeamSays => ({
  type: 'agent.joined',
  actor,
  machine: 'agent',
  input,
  profile,
  incarnation,
});

// ---- forming and working

export const form = ({ plan }: TeamContext): Step => ({
  say: [
    phased('forming', 'the team was asked for'),
    ...plan.roster.map((entry) => joins(entry, 1)),
    { type: 'actor.joined', actor: 'pattern', ...plan.pattern },
  ],
});

export const beginWork = (): Step => ({ say: [phased('working', 'all have taken their seats')] });

export const noteGrant = (context: TeamContext, event: Heard<typeof turnGranted>): Step => ({
  remember: {
    seats: withSeat(context, event.agent, { owes: event.grant, stale: 0, moved: false }),
  },
});

export const noteProgress = (context: TeamContext, event: { from: string }): Step => ({
  remember: { seats: withSeat(context, event.from, { moved: true }) },
});

export const settleTurn = (context: TeamContext, { agent }: { agent: string }): Step => ({
  remember: { seats: withSeat(context, agent, { owes: 0, stale: 0 }) },
});

/** A move that has a title hands in a product. */
export const noteMove = (context: TeamContext, { from, revision, title }: MoveHeard): Step => ({
  remember: {
    seats: withSeat(context, from, { owes: 0, stale: 0 }),
    ...(title === undefined ? {} : { latest: revision }),
  },
});

/** Looks at every seat that owes a move: nudges it when it stalls, and replaces it when that does not help. */
export function checkSeats(context: TeamContext): Step {
  const { checksBeforeNudge, checksBeforeReplace } = context.life;
  let seats = context.seats;
  const say: TeamSays[] = [];
  for (const agent in context.seats) {
    const seat = context.seats[agent]!;
    if (seat.owes === 0) continue;
    const stale = seat.moved ? 0 : seat.stale + 1;
    if (stale >= checksBeforeNudge + checksBeforeReplace) {
      const replaced = replace({ ...context, seats }, agent, 'it made no progress');
      seats = replaced.seats;
      say.push(...replaced.say);
      continue;
    }
    seats = { ...seats, [agent]: { ...seat, stale, moved: false } };
    if (stale === checksBeforeNudge) say.push(nudge(agent, stale));
  }
  return { remember: { seats }, say };
}

const nudge = (agent: string, checks: number): TeamSays => ({
  type: 'agent.nudged',
  to: agent,
  agent,
  checks,
  text: 'You owe a move and nothing has come from you for a while. End your turn with a move now.',
});

/** A failed agent's work is given on: to a successor, or, when there have been enough, to nobody. */
export const replaceForfeiting = (
  context: TeamContext,
  { agent, reason, detail }: Heard<typeof turnForfeited>,
): Step => replaced(context, agent, `it gave its turn back (${reason}: ${detail})`);

export const replaceFallen = (context: TeamContext, { actor }: Heard<typeof actorDone>): Step =>
  replaced(context, actor, 'its machine came to an end');

function replaced(context: TeamContext, agent: string, reason: string): Step {
  const { seats, say } = replace(context, agent, reason);
  return { remember: { seats }, say };
}

function replace(
  context: TeamContext,
  agent: string,
  why: string,
): { seats: Readonly<Record<string, SeatState>>; say: TeamSays[] } {
  const reason = why.slice(0, 400);
  const next = successor(context.seats[agent]!);
  const entry = entryOf(context, agent);
  const left: TeamSays = { type: 'agent.left', actor: agent, reason };
  if (!entry || next.incarnation - 1 > context.life.replacementsPerSeat) {
    const lost: TeamSays = { type: 'seat.lost', to: 'pattern', agent, reason };
    return { seats: withoutSeat(context, agent), say: [left, lost] };
  }
  const { incarnation } = next;
  const refilled = { type: 'seat.refilled', to: 'pattern', agent, incarnation, reason } as const;
  return {
    seats: withSeat(context, agent, next),
    say: [left, joins(entry, incarnation), refilled],
  };
}

// ---- growing, and what the agents make of their tasks

/** Seats someone who was prepared, or says why not: the pattern hears one of the two in this very turn. */
export function answerWanted(
  context: TeamContext,
  { agent, from }: Heard<typeof seatWanted>,
): Step {
  const refusal = whyNoSeat(context, agent);
  if (refusal) return { say: [{ type: 'seat.refused', to: from, agent, ...refusal }] };
  const entry = entryOf(context, agent)!;
  const { agentType } = entry.profile;
  return {
    remember: { seats: withSeat(context, agent, {}) },
    say: [joins(entry, 1), { type: 'seat.opened', to: from, agent, agentType }],
  };
}

/** Tasks must not wait for each other in a circle: the one that closes it waits for a draft only. */
export function noteTask(context: TeamContext, event: Heard<typeof taskCreated>): Step {
  const { task, title, owner, from } = event;
  const mended = withTask(context.tasks, task, {
    owner: owner ?? (from in context.seats ? from : null),
    blockedBy: event.blockedBy,
  });
  const say = mended.drafts.flatMap((draft) => drafting(context, draft));
  if (say.length > 0) {
    const blockedBy = [...mended.blockedBy];
    say.push({ type: 'task.created', task, title, ...(owner ? { owner } : {}), blockedBy });
  }
  return { remember: { tasks: mended.tasks }, say };
}

function drafting({ seats }: TeamContext, { task, of, owner, cycle }: Draft): TeamSays[] {
  const circle = [...cycle, cycle[0]].join(', which waits for ');
  const who = owner !== null && owner in seats ? owner : null;
  const title = `Draft of ${of}, to break a circle`;
  const say: TeamSays[] = [
    { type: 'task.created', task, title, ...(who ? { owner: who } : {}), blockedBy: [] },
    {
      type: 'decision.made',
      subject: `The task ${of}`,
      proposedBy: 'team',
      challengedBy: [],
      resolution: `${circle}: ${who ?? 'whoever is free'} makes a draft of ${of} first, and ${cycle[0]} waits for the draft only.`,
      basis: 'limit',
    },
  ];
  if (who)
    say.push(
      advice(
        who,
        `Tasks wait for each other in a circle: ${circle}. Make a draft of ${of} first (task ${task}); the others go on from it.`,
      ),
    );
  return say;
}

const advice = (agent: string, text: string): TeamSays => ({
  type: 'agent.advised',
  to: agent,
  agent,
  text,
});

/** A limit of the agent's own is near (its messages, or saying the same again): it is told before it is reached. */
export const adviseToFinalize = (
  _: TeamContext,
  { actor, limit, used, of }: Heard<typeof limitNeared>,
): Step => ({
  say: [
    advice(
      actor!,
      limit === 'loop'
        ? `You have said the same ${used} times, and nothing has changed between; ${of} times is the end. Say something new, take another way, or finish with what there is.`
        : `You have used ${used} of your ${of} ${limit}. Finalize: write to nobody without need, and put all that matters into your next move.`,
    ),
  ],
});

// ---- coming to an end

const finalize = (reason: string, now = false): TeamSays => ({
  type: 'finalize.asked',
  to: 'pattern',
  reason,
  ...(now ? { now } : {}),
});

export const askToFinalize = (
  _: TeamContext,
  { limit, used, of }: Heard<typeof limitNeared>,
): Step => ({
  remember: { finalizing: true },
  say: [finalize(`${used} of ${of} ${limit} are used`)],
});

/** A limit refused an agent its work: whoever is next would be refused too. */
export const endAtLimit = (
  context: TeamContext,
  { agent, limit }: Heard<typeof turnForfeited>,
): Step => ({
  remember: { finalizing: true, ...settleTurn(context, { agent }).remember },
  say: context.finalizing ? [] : [finalize(`the limit of ${limit} was reached`)],
});

export const endAsAsked = (
  context: TeamContext,
  { by, reason }: Heard<typeof teamStopRequested>,
): Step => end(context, `stopped by ${by}: ${reason}`);

export const endInTime = (context: TeamContext): Step => end(context, 'time spent');

/** Someone will not wait: the pattern is asked to conclude at once. */
const end = ({ stops }: TeamContext, reason: string): Step => ({
  remember: { finalizing: true, stopped: true, stops: stops + 1, reason },
  say: [finalize(reason, true)],
});

export const noteStop = ({ stops }: TeamContext): Step => ({
  remember: { stopped: true, stops: stops + 1 },
});

export const takeConclusion = (
  _: TeamContext,
  { outcome, reason, confidence, result, notes, rounds }: Heard<typeof patternConcluded>,
): Step => ({ remember: { conclusion: { outcome, reason, confidence, result, notes, rounds } } });

// ---- synthesizing

export function seatScribe({ plan, conclusion, seats }: TeamContext): Step {
  const { actor } = plan.scribe!;
  return {
    remember: {
      seats: { ...seats, [actor]: { incarnation: 1, owes: 1, stale: 0, moved: false } },
    },
    say: [
      phased('synthesizing', conclusion!.reason),
      joins(plan.scribe!, 1),
      {
        type: 'turn.granted',
        to: actor,
        agent: actor,
        grant: 1,
        round: 0,
        brief: synthesisBrief(conclusion!.notes),
        moves: ['submit_synthesis'],
        material: [...conclusion!.result],
        purpose: 'synthesis',
      },
    ],
  };
}

const synthesisBrief = (notes: readonly string[]) =>
  `The work is done; its results are shown below. Bring them together into the one answer to the request: what holds, what is disputed, what to do. Say nothing that the results do not bear out.${
    notes.length > 0 ? ` The reader must be told: ${notes.join('; ')}.` : ''
  } End your turn with submit_synthesis.`;

export function takeSynthesis(
  context: TeamContext,
  { from, revision, title, confidence, dissent, path }: Heard<typeof submitSynthesis.event>,
): Step {
  // Where something stays disputed nobody is sure of the whole.
  const sure = confidence === 'high' && dissent.length > 0 ? 'medium' : confidence;
  return {
    remember: {
      synthesis: { revision, confidence: sure },
      seats: withSeat(context, from, { owes: 0 }),
    },
    say: [
      {
        type: 'artifact.registered',
        title,
        by: from,
        ...(path === undefined ? {} : { path }),
        held: revision,
        locked: false,
      },
    ],
  };
}

export const goWithoutSynthesis = ({ notes }: TeamContext): Step => ({
  remember: { notes: [...notes, 'no synthesis'] },
});

// ---- dissolving

/** Asks all who are still there to leave; the first time says why, and stops a pattern that has no end. */
export function askToLeave(context: TeamContext): Step {
  const { asks, conclusion, seats } = context;
  const reason = context.reason || conclusion?.reason || 'the pattern did not conclude';
  const say: TeamSays[] = [];
  if (asks === 0) {
    say.push(phased('dissolving', reason));
    if (!conclusion) say.push({ type: 'actor.left', actor: 'pattern', reason });
  }
  for (const agent in seats) say.push({ type: 'shutdown.requested', to: agent, agent, reason });
  return { remember: { asks: asks + 1 }, say };
}

export const noteLeaving = (context: TeamContext, { agent }: { agent: string }): Step => ({
  remember: { seats: withoutSeat(context, agent) },
});

/** It may finish its sentence; it is asked again. */
export const noteDeclining = ({ declines }: TeamContext): Step => ({
  remember: { declines: declines + 1 },
});

export const stopTheRest = ({ seats }: TeamContext): Step => ({
  remember: { seats: {} },
  say: Object.keys(seats).map((actor) => ({ type: 'agent.left', actor, reason: 'stopped' })),
});

export const dissolve = ({ reason, conclusion }: TeamContext): Step => ({
  say: [phased('dissolved', reason || conclusion?.reason || 'the pattern did not conclude')],
});
