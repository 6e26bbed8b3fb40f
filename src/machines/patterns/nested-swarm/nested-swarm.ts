/**
 * Nested swarm: a lead gathers, a producer drafts from what was gathered, one or two reviewers review the same
 * draft against it, round by round. Each of them may have swarms of sub-agents work for it; the carrying pattern
 * is the review loop. Without a lead the producer gathers for itself.
 *
 * Who talks to whom: it grants turns to the lead, the producer and the reviewers and hears their moves; from the
 * team it hears what became of a seat and that it should end; to the team it says its conclusion. Sub-agents
 * talk to nobody here: their synthesis comes back to the one who sent them, as the result of a tool.
 *
 * Invariants
 * 1. Nobody drafts before the lead has shared its findings, or is lost; what was gathered is shown to all after.
 * 2. Teammates see what an agent says, never what its sub-agents said: a grant shows moves of seats only.
 * 3. It grants at most 1 + rounds x (1 + reviewers) turns, one more a reviewer for a hollow approval, and
 *    `refills` more a seat for successors.
 * 4. It concludes with the latest draft and the findings, or with what there is of them.
 */
import { z } from 'zod';
import { definePattern } from '../kit/define-pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import {
  type Ending,
  type HeardMove,
  type Lost,
  on,
  type PatternState,
  type PatternStep,
} from '../kit/pattern-spec.ts';
import { handedIn, progress, type Turn, taskFor } from '../kit/turn-taking.ts';
import { reviewLoopTurn, shownAgain } from '../review-loop/review-briefs.ts';
import { reviewEnding } from '../review-loop/review-conclusion.ts';
import { newReviews, type ReviewLoop, reviewLoopLimits } from '../review-loop/review-ledger.ts';
import { doWithout, reviewBoard, reviewStates } from '../review-loop/reviewing.ts';
import { approve, requestChanges, submitDraft } from '../review-loop/words.ts';
import { nestedSwarmCues } from './cues.ts';
import { shareFindings } from './words.ts';

const limits = reviewLoopLimits.extend({
  /** A round is one draft and its reviews; gathering comes before the first. */
  rounds: z.int().min(1).max(10).default(3),
});

interface NestedSwarm extends ReviewLoop {
  /** Who gathers before anybody drafts; null: nobody, or nobody any more. */
  lead: string | null;
  /** Revision of what was gathered. */
  findings: number | null;
}

const TASK = 'findings';
const DIVIDE =
  'If the work falls into pieces that do not need each other and you have dispatch_swarm, have sub-agents work on them; what they find is yours to weigh and to bring together, and your teammates see only what you say of it.';

const hasNoLead = ({ lead }: NestedSwarm): boolean => lead === null;
const isProducerLost = ({ lost, producer }: NestedSwarm): boolean => lost.includes(producer);

const gathering: Turn = {
  round: 0,
  brief: `Find out what those who draft and review must know to do the request well. ${DIVIDE} End your turn with share_findings.`,
  moves: ['share_findings'],
  material: [],
};

/** The turns of a review loop, in which everyone is shown what was gathered. */
function nestedTurn(context: NestedSwarm, seat: string): Turn {
  if (seat === context.lead) return gathering;
  const turn = reviewLoopTurn(context, seat);
  return {
    ...turn,
    brief: briefIn(context, turn.brief),
    material: shownIn(context, turn.material),
  };
}

function briefIn({ findings }: NestedSwarm, brief: string): string {
  const weigh =
    findings === null
      ? ''
      : ' What was gathered is shown too: hold to it, and say where it is not enough.';
  return `${brief}${weigh} ${DIVIDE}`;
}

const shownIn = ({ findings }: NestedSwarm, material: number[]): number[] => [
  ...(findings === null ? [] : [findings]),
  ...material,
];

const askLead = ({ lead }: NestedSwarm): PatternStep<NestedSwarm> => ({
  say: [progress(TASK, 'inProgress', 'gathering')],
  asks: lead === null ? [] : [lead],
});

const takeFindings = (
  _: NestedSwarm,
  findings: HeardMove<typeof shareFindings>,
): PatternStep<NestedSwarm> => ({
  remember: { findings: findings.revision },
  say: [
    handedIn(findings, TASK),
    progress(TASK, 'completed', `confidence: ${findings.confidence}`),
  ],
});

/** Nobody gathers any more: those who draft go on with what they know. */
function loseSeat(
  context: NestedSwarm,
  seat: string,
  how: Lost<NestedSwarm>,
): PatternStep<NestedSwarm> {
  if (seat !== context.lead) return doWithout(context, seat, how);
  return {
    remember: { lead: null, ending: how.before.ending },
    say: context.findings === null ? [progress(TASK, 'failed', 'nobody gathers any more')] : [],
  };
}

function nestedBoard(context: NestedSwarm): PatternSays[] {
  const { lead } = context;
  const board = reviewBoard(context);
  if (lead === null) return board;
  return [
    taskFor(lead, TASK, 'What must be known'),
    ...board.map((one) =>
      one.type === 'task.created' && one.task === 'draft' ? { ...one, blockedBy: [TASK] } : one,
    ),
  ];
}

/** The end of the review loop, and what was gathered beside the draft, or instead of one. */
function nestedEnding(context: NestedSwarm): Ending {
  const { findings, draft, lost } = context;
  const { result, notes, ...ending } = reviewEnding(context);
  const nothing = findings === null && lost.length > 0;
  return {
    ...ending,
    result: [...result, ...(findings === null ? [] : [findings])],
    notes: [
      ...notes,
      ...(nothing ? ['nothing was gathered before the draft'] : []),
      ...(draft === null && findings !== null ? ['findings only'] : []),
    ],
  };
}

const states: Record<string, PatternState<NestedSwarm>> = {
  beginning: { next: { drafting: hasNoLead, gathering: 'else' } },
  gathering: {
    begins: askLead,
    hears: [on(shareFindings, takeFindings)],
    next: { gathered: 'else' },
  },
  gathered: { next: { judging: isProducerLost, drafting: 'else' } },
  ...reviewStates,
};

export const nestedSwarm = definePattern({
  name: 'nested-swarm',
  called: 'the review loop',
  purpose:
    'One gathers, one drafts from it, others review; each may have swarms of sub-agents work for it.',
  endsWhen: 'all reviewers approve, or the rounds are spent',
  fallback:
    'the latest draft, or the findings alone; who has dispatched goes on with partial results',
  keyProperty: 'Teammates see what an agent says, and nothing of the swarms that worked for it.',
  roles: {
    lead: { min: 0, max: 1, usual: 1, moves: [shareFindings], types: ['evidence-researcher'] },
    producer: { min: 1, max: 1, moves: [submitDraft], types: ['general-purpose'] },
    reviewer: {
      min: 1,
      max: 2,
      moves: [approve, requestChanges],
      types: ['code-reviewer', 'security-auditor'],
    },
  },
  limits,
  turnsMax: ({ rounds, refills }, seats) => 1 + rounds * seats + (seats - 1) + refills * seats,
  seats: ({ lead: [lead = null], producer: [producer = ''], reviewer }) => ({
    lead,
    producer,
    reviewers: reviewer,
  }),
  remembers: { ...newReviews, findings: null },
  board: nestedBoard,
  turn: nestedTurn,
  again: (context, seat) =>
    seat === context.lead ? [] : shownIn(context, shownAgain(context, seat)),
  lose: loseSeat,
  states,
  concludes: nestedEnding,
  cues: nestedSwarmCues,
});
