/**
 * The report of a team in seven layers: summary, artifacts, contributions, decisions, confidence, dissent and
 * the full log. Made from the events alone, at any revision; of a team that still works it says so.
 *
 * Invariants
 * 1. What was made by a rehearsal is called one; a fallback, an early end and a spent limit are told.
 * 2. The report is plain JSON; texts in it are verbatim, and whoever shows them escapes them.
 */
import type { RecordedEvent } from '../../events/event.ts';
import { type Board, board } from '../board/board.ts';
import { decisions } from '../decisions/decisions.ts';
import { entry } from '../kit/named.ts';
import { anyOf, type Projection, project } from '../kit/projection.ts';
import { itemAt, itemsOf } from '../kit/sequence.ts';
import { metrics } from '../metrics/metrics.ts';
import type { Metrics } from '../metrics/metrics-state.ts';
import { transcript } from '../transcript/transcript.ts';
import { verdict, verdictOf } from '../verdict/verdict.ts';
import { endingOf, notesOf, whyOf } from './report-ending.ts';
import { findingsOf } from './report-findings.ts';
import type { Contribution, Report, ReportState, Result } from './report-layers.ts';
import { type MadeMove, type Participant, story } from './report-story.ts';

const parts = { story, board, decisions, metrics, transcript, verdict };

export const report: Projection<ReportState> = {
  name: 'report',
  version: 3,
  initial: {
    story: story.initial,
    board: board.initial,
    decisions: decisions.initial,
    metrics: metrics.initial,
    transcript: transcript.initial,
    verdict: verdict.initial,
  },
  hears: anyOf(Object.values(parts).map(({ hears }) => hears)),
  apply(state, event) {
    return {
      story: story.apply(state.story, event),
      board: board.apply(state.board, event),
      decisions: decisions.apply(state.decisions, event),
      metrics: metrics.apply(state.metrics, event),
      transcript: transcript.apply(state.transcript, event),
      verdict: verdict.apply(state.verdict, event),
    };
  },
};

/** The report of these events of one team's stream. */
export function reportOf(events: Iterable<RecordedEvent>): Report {
  return reportFrom(project(report, events));
}

/** The report that a folded state amounts to. */
export function reportFrom(state: ReportState): Report {
  const { story, board, decisions, metrics } = state;
  const ending = endingOf(story, state.verdict);
  const moves = [...itemsOf(story.moves)];
  const { total, settled, limits } = metrics;
  const titles = titlesOf(board);
  return {
    team: story.team,
    rehearsal: story.rehearsal,
    verdict: verdictOf(state.verdict),
    summary: {
      request: story.request,
      materials: story.materials,
      pattern: story.pattern,
      status: ending.status,
      reason: ending.reason,
      outcome: ending.outcome,
      rounds: ending.rounds,
      results: ending.result.flatMap((revision) => resultAt(moves, revision, titles)),
      notes: notesOf(state, ending),
      tokens: settled.tokens,
      tokensLimit: limits.tokens,
      usd: settled.usd,
      usdLimit: limits.usd,
      modelCalls: total.modelCalls + metrics.childCalls,
      startedAt: story.startedAt,
      elapsedMs: lastSeen(state) - story.startedAt,
    },
    artifacts: Object.values(board.artifacts).map((artifact) => ({
      ...artifact,
      text: artifact.held === null ? null : textAt(moves, artifact.held),
    })),
    contributions: Object.values(story.participants).map((one) =>
      contributionOf(one, moves, metrics),
    ),
    decisions: {
      made: [...itemsOf(decisions.decisions)],
      interventions: [...itemsOf(decisions.interventions)],
    },
    confidence: { level: ending.confidence, why: whyOf(state, ending) },
    dissent: [...itemsOf(decisions.dissent)],
    findings: findingsOf(story.findings, board),
    log: [...itemsOf(state.transcript.lines)],
  };
}

function contributionOf(
  participant: Participant,
  moves: readonly MadeMove[],
  metrics: Metrics,
): Contribution {
  const made = moves.filter(({ by }) => by === participant.agent);
  const tally = entry(metrics.agents, participant.agent);
  return {
    ...participant,
    iterations: made.length,
    moves: made.map(({ move, round, title, revision }) => ({ move, round, title, revision })),
    messages: tally?.messages ?? 0,
    toolCalls: tally?.toolCalls ?? 0,
    corrections: tally?.corrections ?? 0,
    forfeits: tally?.forfeits ?? 0,
    modelCalls: tally?.modelCalls ?? 0,
    tokens: tally
      ? tally.inputTokens + tally.outputTokens + tally.cacheReadTokens + tally.cacheWriteTokens
      : 0,
    usd: tally?.usd ?? 0,
  };
}

function lastSeen({ story, metrics, transcript }: ReportState): number {
  const line = itemAt(transcript.lines, -1);
  return Math.max(story.startedAt, metrics.updatedAt ?? 0, line?.at ?? 0);
}

function resultAt(
  moves: readonly MadeMove[],
  revision: number,
  titles: ReadonlyMap<number, string>,
): Result[] {
  const move = moves.find((one) => one.revision === revision);
  if (!move) return [];
  const { by, summary, content, path, details } = move;
  const title = move.title ?? titles.get(revision) ?? move.move;
  return [{ revision, by, title, summary: summary ?? '', text: content, path, details }];
}

/** What the board calls a text that has no title of its own. */
const titlesOf = ({ artifacts }: Board): ReadonlyMap<number, string> =>
  new Map(
    Object.values(artifacts).flatMap(({ held, title }) =>
      held === null ? [] : ([[held, title]] as const),
    ),
  );

/** The full text of what was handed in; a review or an argument is what it says field by field. */
function textAt(moves: readonly MadeMove[], revision: number): string | null {
  const move = moves.find((one) => one.revision === revision);
  if (!move || move.path !== null) return move?.content ?? null;
  return move.content ?? move.details ?? move.summary;
}
