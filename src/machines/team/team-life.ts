/**
 * What the team's machine remembers: who sits where and owes what, and what came of the work. Pure; `team.ts`
 * is the chart, `team-steps.ts` what it says. The roster with its profiles stays in the input, which is held
 * by reference and never copied.
 */
import { z } from 'zod';
import type { Heard, Json, Said } from '../../events/event.ts';
import type {
  agentAdvised,
  agentJoined,
  agentLeft,
  agentNudged,
  Profile,
  seatLost,
  seatOpened,
  seatRefilled,
  seatRefused,
  seatWanted,
  shutdownAccepted,
  shutdownDeclined,
  shutdownRequested,
  turnExcused,
  turnForfeited,
  turnGranted,
  turnRevoked,
} from '../../events/words/agent.ts';
import type { submitSynthesis } from '../../events/words/moves.ts';
import type {
  artifactRegistered,
  Confidence,
  decisionMade,
  finalizeAsked,
  patternConcluded,
  taskCreated,
  teamPhased,
} from '../../events/words/pattern.ts';
import type {
  actorDone,
  actorJoined,
  actorLeft,
  teamStopRequested,
} from '../../events/words/team.ts';
import type { limitNeared } from '../../events/words/work.ts';
import type { Dependencies } from '../dependencies.ts';

/** Bounds of a team's life, each with its default and its hard ceiling. */
export const teamLife = z.strictObject({
  /** How often a team looks for agents that make no progress. */
  stallCheckMs: z.int().min(1).max(3_600_000).default(60_000),
  /** Checks without progress before an agent is nudged, and further ones before it is replaced. */
  checksBeforeNudge: z.int().min(1).max(20).default(3),
  checksBeforeReplace: z.int().min(1).max(20).default(2),
  replacementsPerSeat: z.int().min(0).max(3).default(1),
  /** How often an agent in the middle of a turn is asked to leave, and how long is waited each time. */
  shutdownAsks: z.int().min(1).max(10).default(3),
  shutdownWaitMs: z.int().min(1).max(60_000).default(5000),
  /** Time to work; null: a year, since nothing waits for ever. */
  timeMs: z.int().min(1).max(31_536_000_000).nullable().default(null),
  synthesisMs: z.int().min(1).max(3_600_000).default(600_000),
});
export type TeamLife = z.output<typeof teamLife>;

const DEFAULTS = teamLife.parse({});
export const YEAR_MS = 31_536_000_000;

/** Someone who will be seated: the actor's name, who it is, and what its machine starts with. */
export interface RosterEntry {
  actor: string;
  profile: Profile;
  input: Json;
}

export interface TeamInput {
  pattern: { machine: string; input: Json };
  roster: readonly RosterEntry[];
  /** Who may be seated later, when the pattern wants them. */
  reserve?: readonly RosterEntry[];
  /** Agents at once, the scribe not counted. */
  seatsMax?: number;
  /** Brings the results together at the end, if somebody does. */
  scribe: RosterEntry | null;
  life?: Partial<TeamLife>;
}

export interface SeatState {
  /** 1 for the first who sat here. */
  incarnation: number;
  /** The grant that the seat owes a move for; 0: none. */
  owes: number;
  /** Checks in a row without progress, and whether there was some since the last check. */
  stale: number;
  moved: boolean;
}

export type Conclusion = Pick<
  Heard<typeof patternConcluded>,
  'outcome' | 'reason' | 'confidence' | 'result' | 'notes' | 'rounds'
>;

export interface TeamContext {
  plan: TeamInput;
  life: TeamLife;
  /** Those who are still there. */
  seats: Readonly<Record<string, SeatState>>;
  /** What waits for what on the board. */
  tasks: Dependencies;
  /** The newest product handed in: what there is if the pattern never concludes. */
  latest: number | null;
  conclusion: Conclusion | null;
  synthesis: { revision: number; confidence: Confidence } | null;
  /** Whether the pattern has been asked to come to an end; whether by one who will not wait. */
  finalizing: boolean;
  stopped: boolean;
  /** Requests to stop that were heard; times that all were asked to leave; times that one declined. */
  stops: number;
  asks: number;
  declines: number;
  /** Why the team comes to its end. */
  reason: string;
  notes: readonly string[];
}

/** A move, whatever its name: it answers a grant. */
export interface MoveHeard {
  from: string;
  revision: number;
  grant: number;
  title?: string;
}

export type TeamHears =
  | Heard<typeof turnGranted>
  | Heard<typeof turnRevoked>
  | Heard<typeof turnForfeited>
  | Heard<typeof turnExcused>
  | Heard<typeof patternConcluded>
  | Heard<typeof submitSynthesis.event>
  | Heard<typeof limitNeared>
  | Heard<typeof seatWanted>
  | Heard<typeof taskCreated>
  | Heard<typeof teamStopRequested>
  | Heard<typeof shutdownAccepted>
  | Heard<typeof shutdownDeclined>
  | Heard<typeof actorDone>
  | { type: 'model.replied' | 'tool.returned'; from: string; revision: number; at: number };

export type TeamSays =
  | Said<typeof agentJoined>
  | Said<typeof agentLeft>
  | Said<typeof agentNudged>
  | Said<typeof agentAdvised>
  | Said<typeof actorJoined>
  | Said<typeof actorLeft>
  | Said<typeof seatRefilled>
  | Said<typeof seatLost>
  | Said<typeof seatOpened>
  | Said<typeof seatRefused>
  | Said<typeof taskCreated>
  | Said<typeof decisionMade>
  | Said<typeof turnGranted>
  | Said<typeof finalizeAsked>
  | Said<typeof shutdownRequested>
  | Said<typeof artifactRegistered>
  | Said<typeof teamPhased>;

export interface TeamOutput {
  status: 'done' | 'failed';
  reason: string;
  outcome: 'completed' | 'fallback';
  confidence: Confidence;
  rounds: number;
  /** Revisions of the events that hold the result, best first. */
  result: number[];
  notes: string[];
  synthesis: number | null;
}

/** Agents of a team when nobody says otherwise. */
const SEATS_MAX = 8;

const NEW_SEAT: SeatState = { incarnation: 1, owes: 0, stale: 0, moved: false };

export function newTeam(input: TeamInput | undefined): TeamContext {
  const roster = input?.roster ?? [];
  return {
    plan: input ?? { pattern: { machine: '', input: null }, roster, scribe: null },
    life: { ...DEFAULTS, ...input?.life },
    seats: Object.fromEntries(roster.map(({ actor }) => [actor, NEW_SEAT])),
    tasks: {},
    latest: null,
    conclusion: null,
    synthesis: null,
    finalizing: false,
    stopped: false,
    stops: 0,
    asks: 0,
    declines: 0,
    reason: '',
    notes: [],
  };
}

export function withSeat(
  { seats }: TeamContext,
  actor: string,
  change: Partial<SeatState>,
): Readonly<Record<string, SeatState>> {
  return { ...seats, [actor]: { ...(seats[actor] ?? NEW_SEAT), ...change } };
}

export function withoutSeat({ seats }: TeamContext, actor: string): Record<string, SeatState> {
  const { [actor]: _, ...others } = seats;
  return others;
}

/** Who sits, or may sit, in this seat. */
export const entryOf = ({ plan }: TeamContext, actor: string): RosterEntry | undefined =>
  [...plan.roster, ...(plan.reserve ?? [])].find((entry) => entry.actor === actor);

/** Why nobody can be seated there now; undefined: somebody can. */
export function whyNoSeat(
  context: TeamContext,
  actor: string,
): { reason: string; frozen: boolean } | undefined {
  const { plan, seats, finalizing } = context;
  const seatsMax = plan.seatsMax ?? SEATS_MAX;
  if (finalizing) return { reason: 'the team comes to its end', frozen: true };
  if (Object.keys(seats).length >= seatsMax)
    return { reason: `the team has its ${seatsMax} agents`, frozen: true };
  if (actor in seats) return { reason: `${actor} is seated already`, frozen: false };
  if (!plan.reserve?.some((entry) => entry.actor === actor))
    return { reason: `no ${actor} was prepared for this team`, frozen: false };
  return undefined;
}

/** A successor sits down where someone sat. */
export const successor = ({ incarnation }: SeatState): SeatState => ({
  ...NEW_SEAT,
  incarnation: incarnation + 1,
});

/** The seat that an event is about. */
export function seatOf(event: TeamHears): string {
  if (event.type === 'actor.done') return event.actor;
  return event.type === 'turn.granted' ? event.agent : event.from;
}

/** Whether the event ends exactly the turn that the seat owes. */
export const owesGrant = ({ seats }: TeamContext, actor: string, grant: number | undefined) =>
  grant !== undefined && grant > 0 && seats[actor]?.owes === grant;

export const isGone = ({ seats }: TeamContext): boolean => {
  for (const _ in seats) return false;
  return true;
};

const RANK = { low: 0, medium: 1, high: 2 } as const;
const lower = (a: Confidence, b: Confidence): Confidence => (RANK[a] <= RANK[b] ? a : b);

/** What the team leaves behind. Without a conclusion: the newest product, for what it is worth. */
export function outputOf(context: TeamContext): TeamOutput {
  const { conclusion, synthesis, latest, notes } = context;
  const fallback: Conclusion = {
    outcome: 'fallback',
    reason: 'the pattern did not conclude',
    confidence: 'low',
    result: latest === null ? [] : [latest],
    notes: ['the pattern did not conclude'],
    rounds: 0,
  };
  const end = conclusion ?? fallback;
  return {
    status: end.result.length > 0 ? 'done' : 'failed',
    reason: context.reason || end.reason,
    outcome: end.outcome,
    confidence: synthesis ? lower(end.confidence, synthesis.confidence) : end.confidence,
    rounds: end.rounds,
    result: [...end.result],
    notes: [...end.notes, ...notes],
    synthesis: synthesis?.revision ?? null,
  };
}
