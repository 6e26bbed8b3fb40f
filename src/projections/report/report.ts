/**
 * The report of a team in seven layers: summary, artifacts, contributions, decisions, confidence, dissent and
 * the full log. Made from the events alone, at any revision; of a team that still works it says so.
 *
 * Invariants
 * 1. What was made by a rehearsal is called one; a fallback, an early end and a spent limit are told.
 * 2. The report is plain JSON; texts in it are verbatim, and whoever shows them escapes them.
 */
import type { Json, RecordedEvent } from '../../events/event.ts';
import { type Confidence, confidence as confidenceLevel } from '../../events/words/pattern.ts';
import type { Artifact, Board } from '../board/board.ts';
import { board } from '../board/board.ts';
import type { Decision, Decisions, Dissent, Intervention } from '../decisions/decisions.ts';
import { decisions } from '../decisions/decisions.ts';
import { entry } from '../kit/named.ts';
import type { Projection } from '../kit/projection.ts';
import { project } from '../kit/projection.ts';
import { itemAt, itemsOf } from '../kit/sequence.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { metrics } from '../metrics/metrics.ts';
import type { TeamStatus } from '../teams/teams.ts';
import type { Line, Transcript } from '../transcript/transcript.ts';
import { transcript } from '../transcript/transcript.ts';
import type { MadeMove, Participant, Story } from './report-story.ts';
import { story } from './report-story.ts';

export interface Result {
  revision: number;
  by: string;
  title: string;
  summary: string;
  /** The full text, when it is not in a file. */
  text: string | null;
  path: string | null;
  /** What else was said with it: points, answers, evidence, an outcome. */
  details: string | null;
}

export interface Contribution extends Participant {
  /** How often it handed something in or judged something. */
  iterations: number;
  moves: Pick<MadeMove, 'move' | 'round' | 'title' | 'revision'>[];
  messages: number;
  toolCalls: number;
  corrections: number;
  forfeits: number;
  modelCalls: number;
  tokens: number;
  usd: number;
}

export interface Report {
  team: string;
  /** Made by the scripted model: nothing in it has been thought through by anyone. */
  rehearsal: boolean;
  summary: {
    request: string;
    materials: string[];
    pattern: string;
    status: Exclude<TeamStatus, 'paused'>;
    reason: string;
    outcome: 'completed' | 'fallback' | 'incomplete';
    rounds: number;
    /** Best first. */
    results: Result[];
    /** What the reader must be told. */
    notes: string[];
    tokens: number;
    tokensLimit: number | null;
    usd: number;
    usdLimit: number | null;
    modelCalls: number;
    startedAt: number;
    elapsedMs: number;
  };
  artifacts: (Artifact & { text: string | null })[];
  contributions: Contribution[];
  decisions: { made: Decision[]; interventions: Intervention[] };
  confidence: { level: Confidence; why: string };
  dissent: Dissent[];
  log: Line[];
}

interface ReportState {
  story: Story;
  board: Board;
  decisions: Decisions;
  metrics: Metrics;
  transcript: Transcript;
}

const parts = { story, board, decisions, metrics, transcript };

export const report: Projection<ReportState> = {
  name: 'report',
  version: 2,
  initial: {
    story: story.initial,
    board: board.initial,
    decisions: decisions.initial,
    metrics: metrics.initial,
    transcript: transcript.initial,
  },
  hears: new Set(Object.values(parts).flatMap((part) => [...part.hears])),
  apply(state, event) {
    return {
      story: story.apply(state.story, event),
      board: board.apply(state.board, event),
      decisions: decisions.apply(state.decisions, event),
      metrics: metrics.apply(state.metrics, event),
      transcript: transcript.apply(state.transcript, event),
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
  const ending = endingOf(story);
  const moves = [...itemsOf(story.moves)];
  const { total, settled, limits } = metrics;
  const titles = titlesOf(board);
  return {
    team: story.team,
    rehearsal: story.rehearsal,
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
      modelCalls: total.modelCalls,
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
    log: [...itemsOf(state.transcript.lines)],
  };
}

interface Ending {
  status: Report['summary']['status'];
  outcome: Report['summary']['outcome'];
  reason: string;
  confidence: Confidence;
  rounds: number;
  result: number[];
  notes: string[];
}

/** How it ended: what the team said at its end counts more than what the pattern said before. */
function endingOf({ conclusion, dissolved, stopped, rounds }: Story): Ending {
  const output = dissolved ? fieldsOf(dissolved.output) : {};
  const status = dissolved?.status ?? (stopped ? 'stopped' : 'running');
  const level = confidenceLevel.safeParse(output['confidence']);
  const outcome = conclusion?.outcome ?? 'incomplete';
  const synthesis = output['synthesis'];
  const result = revisionsIn(output['result']) ?? conclusion?.result ?? [];
  return {
    status,
    outcome:
      output['outcome'] === 'fallback' || output['outcome'] === 'completed'
        ? output['outcome']
        : outcome,
    reason:
      dissolved?.reason ??
      (stopped ? stopped.detail || stopped.reason : (conclusion?.reason ?? 'still at work')),
    confidence: level.success ? level.data : (conclusion?.confidence ?? 'low'),
    rounds: conclusion?.rounds ?? rounds,
    result:
      typeof synthesis === 'number'
        ? [synthesis, ...result.filter((r) => r !== synthesis)]
        : result,
    notes: [...new Set([...(conclusion?.notes ?? []), ...textsIn(output['notes'])])],
  };
}

function notesOf({ story, metrics }: ReportState, ending: Ending): string[] {
  const notes = [...ending.notes];
  if (ending.status === 'running') notes.unshift('incomplete: the team has not come to its end');
  if (ending.status === 'stopped') notes.unshift(`incomplete: stopped, ${ending.reason}`);
  if (ending.outcome === 'fallback') notes.unshift(`fallback: ${ending.reason}`);
  for (const limit of metrics.neared) notes.push(`budget: 80 % of the limit of ${limit} was used`);
  for (const [limit, times] of Object.entries(metrics.refusals))
    notes.push(`budget: work was refused ${times} times by the limit of ${limit}`);
  if (metrics.breaches > 0)
    notes.push('budget: a provider reported more than was reserved, further calls were refused');
  for (const { agent, incarnations, lost } of Object.values(story.participants)) {
    if (incarnations > 1) notes.push(`${agent} was replaced ${incarnations - 1} times`);
    if (lost) notes.push(`the seat of ${agent} was lost`);
  }
  return notes;
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

/** How sure one may be, and what stands against being surer. */
function whyOf({ story, decisions }: ReportState, ending: Ending): string {
  const { confidence: level, reason, notes } = ending;
  if (level === 'high') return reason;
  const disputes = [...itemsOf(decisions.dissent)].length;
  const worked = story.conclusion?.confidence;
  const against = [
    ...(worked && RANK[level] < RANK[worked] ? ['the synthesis is less sure than the work'] : []),
    ...(disputes > 0 ? [`${disputes} disagreement${disputes > 1 ? 's' : ''} not resolved`] : []),
    ...notes.filter((note) => note !== reason).slice(0, 5),
  ];
  return against.length === 0 ? reason : `${reason}; but ${against.join('; ')}`;
}

const RANK: Readonly<Record<Confidence, number>> = { low: 0, medium: 1, high: 2 };

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

function fieldsOf(value: Json): { [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function revisionsIn(value: Json | undefined): number[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'number') : undefined;
}

function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
