/**
 * What can be counted: messages per actor and team, rounds, pieces of work, actors, depth, time.
 * Each count refuses further work once its limit is used up, and is told once at 80 %.
 */
import { teamForked } from '../../events/words/fork.ts';
import { type Limits, teamFormed } from '../../events/words/team.ts';
import { limitNeared, workAdmitted } from '../../events/words/work.ts';
import type { Forked } from '../state/forked-state.ts';
import type { FoldedEvent, Notice, Policy, Verdict } from './policy.ts';

interface Counts {
  limits: Limits;
  depth: number;
  deadline: number | null;
  messages: { [actor: string]: number };
  messagesTotal: number;
  rounds: number;
  works: number;
  /** Agents present, in the order of joining. */
  agents: string[];
  /** How many teams below were begun in each seat. */
  dispatches: { [actor: string]: number };
}

export const counts: Policy<Counts> = {
  name: 'counts',
  initial: (formed) => ({
    limits: formed.limits,
    depth: formed.depth,
    deadline: null,
    messages: {},
    messagesTotal: 0,
    rounds: 0,
    works: 0,
    agents: [],
    dispatches: {},
  }),
  apply: count,
  judge(state, { work, effect, at }) {
    const { limits } = state;
    if (state.deadline !== null && at >= state.deadline)
      return refuse('time', `${limits.timeMs} ms are spent`);
    if (effect === 'attaching') {
      const refused = judgeTeamBelow(state, work.actor);
      if (refused) return refused;
    }
    if (!isDear(effect)) return undefined;
    const said = state.messages[work.actor] ?? 0;
    if (said >= limits.messagesPerActor)
      return refuse('messages', `${work.actor} has said its ${said} messages`);
    if (state.messagesTotal >= limits.messagesPerTeam) {
      return refuse('messages', `the team has said its ${state.messagesTotal} messages`);
    }
    if (limits.rounds !== undefined && state.rounds > limits.rounds)
      return refuse('rounds', `${limits.rounds} rounds are over`);
    if (state.works >= limits.works)
      return refuse('works', `${state.works} pieces of paid or once-only work were done`);
    // Whoever writes the synthesis comes when the work of the others is over.
    const synthesis = (work.input as { purpose?: unknown } | null)?.purpose === 'synthesis';
    if (!synthesis && state.agents.indexOf(work.actor) >= limits.teamSize) {
      return refuse(
        'teamSize',
        `a team may have ${limits.teamSize} agents; ${work.actor} is beyond`,
      );
    }
    return undefined;
  },
  notices,
};

function judgeTeamBelow({ depth, limits, agents, dispatches }: Counts, actor: string) {
  if (depth + 1 > limits.depth) {
    return refuse(
      'depth',
      `a team below this one would stand at depth ${depth + 1}, the limit is ${limits.depth}`,
    );
  }
  const most = limits.dispatchesPerAgent ?? DISPATCHES_PER_AGENT;
  return agents.includes(actor) && (dispatches[actor] ?? 0) >= most
    ? refuse('dispatches', `${actor} has asked for its ${most} teams`)
    : undefined;
}

/** Teams below that an agent may ask for in its seat, when nobody says otherwise. */
const DISPATCHES_PER_AGENT = 2;

/** Work whose repetition costs or hurts is counted. */
const isDear = (effect: unknown): boolean =>
  effect === 'paid' || effect === 'once' || effect === 'attaching';

const refuse = (limit: string, message: string): Verdict => ({ refuse: { limit, message } });

function count(state: Counts, event: FoldedEvent): Counts {
  switch (event.type) {
    case teamFormed.type:
      return {
        ...state,
        deadline: state.limits.timeMs === undefined ? null : event.at + state.limits.timeMs,
      };
    case teamForked.type:
      return forked(state, event.data as Forked);
    case workAdmitted.type: {
      const { effect } = event.data;
      if (!isDear(effect)) return state;
      const counted = { ...state, works: state.works + 1 };
      return effect === 'attaching' ? countDispatch(counted, String(event.data['work'])) : counted;
    }
  }
  const { seats, unseats, beginsRound } = event.reads;
  if (beginsRound) return { ...state, rounds: state.rounds + 1 };
  if (seats) return { ...state, agents: [...state.agents, seats(event.data).actor] };
  if (unseats) {
    const left = unseats(event.data);
    return state.agents.includes(left)
      ? { ...state, agents: state.agents.filter((agent) => agent !== left) }
      : state;
  }
  if (!event.message || event.actor === undefined || event.to.length === 0) return state;
  const messages = { ...state.messages, [event.actor]: (state.messages[event.actor] ?? 0) + 1 };
  return { ...state, messages, messagesTotal: state.messagesTotal + 1 };
}

function countDispatch(state: Counts, work: string): Counts {
  const actor = work.slice(0, work.indexOf('/'));
  const dispatches = { ...state.dispatches, [actor]: (state.dispatches[actor] ?? 0) + 1 };
  return { ...state, dispatches };
}

/** Its time is moved, like its timers, by what lay between the origin and the fork. */
function forked(state: Counts, { limits, downMs }: Forked): Counts {
  const { timeMs } = limits;
  const begun = state.deadline === null ? null : state.deadline - state.limits.timeMs! + downMs;
  const deadline = timeMs === undefined || begun === null ? null : begun + timeMs;
  return { ...state, limits, deadline };
}

function notices(before: Counts, after: Counts): Notice[] {
  if (before.messagesTotal === after.messagesTotal) return [];
  const { limits } = after;
  const said: Notice[] = [];
  const actor = Object.keys(after.messages).find(
    (name) => after.messages[name] !== before.messages[name],
  )!;
  if (after.messages[actor] === Math.ceil(limits.messagesPerActor * 0.8)) {
    said.push({
      type: limitNeared.type,
      data: { limit: 'messages', used: after.messages[actor], of: limits.messagesPerActor, actor },
    });
  }
  if (after.messagesTotal === Math.ceil(limits.messagesPerTeam * 0.8)) {
    said.push({
      type: limitNeared.type,
      data: { limit: 'messages', used: after.messagesTotal, of: limits.messagesPerTeam },
    });
  }
  return said;
}
