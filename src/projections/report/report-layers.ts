/** The seven layers of a report, as plain JSON, and the projections that it is made from. */
import type { Confidence } from '../../events/words/pattern.ts';
import type { Artifact, Board } from '../board/board.ts';
import type { Decision, Decisions, Dissent, Intervention } from '../decisions/decisions.ts';
import type { Metrics } from '../metrics/metrics-state.ts';
import type { Line, Transcript } from '../transcript/transcript.ts';
import type { TeamStatus, TeamVerdict, VerdictState } from '../verdict/verdict.ts';
import type { FindingShown } from './report-findings.ts';
import type { MadeMove, Participant, Story } from './report-story.ts';

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
  verdict: TeamVerdict;
  summary: {
    request: string;
    materials: string[];
    pattern: string;
    status: TeamStatus;
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
  /** Most severe first; those that nobody took up are among them. */
  findings: FindingShown[];
  log: Line[];
}

export interface ReportState {
  story: Story;
  board: Board;
  decisions: Decisions;
  metrics: Metrics;
  transcript: Transcript;
  verdict: VerdictState;
}
