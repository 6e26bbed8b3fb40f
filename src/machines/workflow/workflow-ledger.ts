/**
 * What a workflow remembers of its steps, and what it says of them. Pure; `workflow.ts` is the chart. The plans
 * stand in the input, which is held by reference; what a step made is the revision of its end.
 */
import type { Json, JsonObject, Said } from '../../events/event.ts';
import type {
  artifactRegistered,
  Confidence,
  taskCreated,
  taskProgressed,
  teamPhased,
} from '../../events/words/pattern.ts';
import type { Taken } from '../step.ts';

/** The most steps of one workflow, drafts that break cycles included. */
export const STEPS_MAX = 8;

/** One team of the workflow. */
export interface WorkflowStep {
  step: string;
  title: string;
  /** Steps whose results it is given; it begins when all of them are over. */
  needs: readonly string[];
  /** What the team is started with; its limits of tokens and USD are its share. */
  plan: { [key: string]: Json };
  /** Shares that still make sense when less is free. */
  atLeast: { tokens?: number; usd?: number };
}

export interface WorkflowInput {
  steps: readonly WorkflowStep[];
  /** How long one step may take, milliseconds. */
  stepMs: number;
}

/** How a step ended: with a result (a revision), maybe weaker than hoped, or without one. */
export interface StepEnd {
  held: number | null;
  confidence: Confidence | null;
  /** Why, when it did not end as hoped. */
  problem: string | null;
  /** What its reader must be told. */
  notes: readonly string[];
}

export interface WorkflowContext {
  input: WorkflowInput;
  ends: Readonly<Record<string, StepEnd>>;
  stopped: string | null;
}

export type WorkflowSays =
  | Said<typeof taskCreated>
  | Said<typeof taskProgressed>
  | Said<typeof artifactRegistered>
  | Said<typeof teamPhased>;

export interface WorkflowOutput {
  status: 'done' | 'failed';
  reason: string;
  outcome: 'completed' | 'fallback';
  confidence: Confidence;
  rounds: number;
  /** Revisions of the ends of the last steps, then of those before them. */
  result: number[];
  notes: string[];
  synthesis: null;
}

/** What the machine hears at the end of a child, as far as it matters here. */
export interface ChildHeard {
  revision: number;
  output?: {
    confidence: Confidence | null;
    notes: readonly string[];
    reason: string;
    output: Json;
  };
  error?: { kind: string; message: string; limit?: string; text?: string };
}

type Step = Taken<WorkflowContext, WorkflowSays>;

const DAY_MS = 86_400_000;

export const newWorkflow = (input: WorkflowInput | undefined): WorkflowContext => ({
  input: input ?? { steps: [], stepMs: DAY_MS },
  ends: {},
  stopped: null,
});

export const stepAt = ({ input }: WorkflowContext, slot: number): WorkflowStep | undefined =>
  input.steps[slot];

/** Everything that it builds on is there. */
export function isReady(context: WorkflowContext, slot: number): boolean {
  const needs = stepAt(context, slot)?.needs;
  return needs?.every((name) => context.ends[name]?.held != null) === true;
}

/** Something that it builds on will never be there. */
export const isHopeless = (context: WorkflowContext, slot: number): boolean =>
  (stepAt(context, slot)?.needs ?? []).some((name) => context.ends[name]?.held === null);

/** What the worker is asked for: the plan, and the results handed on. */
export function orderOf(context: WorkflowContext, slot: number): JsonObject {
  const { plan, needs, atLeast } = stepAt(context, slot)!;
  const titleOf = (name: string) => context.input.steps.find(({ step }) => step === name)!.title;
  const materials = needs.map((name) => ({ name: titleOf(name), held: context.ends[name]!.held! }));
  return { plan, atLeast, materials, handsOnRequest: true };
}

export const open = ({ input }: WorkflowContext): Step => ({
  say: [
    { type: 'team.phased', phase: 'working', reason: `${input.steps.length} steps are planned` },
    ...input.steps.map(
      ({ step, title, needs }): WorkflowSays => ({
        type: 'task.created',
        task: step,
        title,
        blockedBy: [...needs],
      }),
    ),
  ],
});

const progress = (
  task: string,
  status: 'inProgress' | 'completed' | 'failed',
  note: string,
): WorkflowSays => ({ type: 'task.progressed', task, status, note: note.slice(0, 400) });

export const begin = (context: WorkflowContext, slot: number): Step => {
  const { step, needs } = stepAt(context, slot)!;
  const note = needs.length === 0 ? 'begins' : `begins with the results of ${needs.join(', ')}`;
  return { say: [progress(step, 'inProgress', note)] };
};

/** A child that ended early but left something is built upon, and the reader is told. */
export function takeEnd(context: WorkflowContext, slot: number, heard: ChildHeard): Step {
  const { output, error, revision } = heard;
  if (output) {
    const { confidence, notes, reason } = output;
    const problem = fellBack(output.output) ? reason.slice(0, NOTE_MAX) : null;
    const told = notes.slice(0, NOTES_MAX).map((note) => note.slice(0, NOTE_MAX));
    return over(context, slot, { held: revision, confidence, problem, notes: told });
  }
  const problem = error ? `${error.limit ?? error.kind}: ${error.message}` : 'no end was heard';
  const left = (error?.text ?? '') !== '';
  return over(context, slot, { ...NOTHING, held: left ? revision : null, problem });
}

const fellBack = (output: Json) => (output as JsonObject | null)?.['outcome'] === 'fallback';

/** Of what one step leaves for the reader: how many notes, and their characters. */
const NOTES_MAX = 5;
const NOTE_MAX = 300;
const NOTHING: StepEnd = { held: null, confidence: 'low', problem: null, notes: [] };

export const giveUp = (context: WorkflowContext, slot: number): Step =>
  over(context, slot, { ...NOTHING, problem: 'its time is spent' });

/** It is not begun, or not waited for any more. */
export const skip = (context: WorkflowContext, slot: number): Step => {
  const problem = context.stopped ?? 'what it builds on is not there';
  return over(context, slot, { ...NOTHING, problem });
};

function over(context: WorkflowContext, slot: number, end: StepEnd): Step {
  const { step, title } = stepAt(context, slot)!;
  const { held, problem } = end;
  const product: WorkflowSays[] =
    held === null
      ? []
      : [{ type: 'artifact.registered', title, by: step, task: step, held, locked: false }];
  const status = held === null ? 'failed' : 'completed';
  return {
    remember: { ends: { ...context.ends, [step]: end } },
    say: [...product, progress(step, status, problem ?? 'done')],
  };
}

const RANK = { low: 0, medium: 1, high: 2 } as const;

/** The steps on which nothing builds come first: theirs is the result; as sure as the least sure of all. */
export function outputOf({ input, ends, stopped }: WorkflowContext): WorkflowOutput {
  const { steps } = input;
  const isLast = ({ step }: WorkflowStep) => !steps.some(({ needs }) => needs.includes(step));
  const ordered = [...steps.filter(isLast), ...steps.filter((one) => !isLast(one)).reverse()];
  const result = ordered.flatMap(({ step }) => ends[step]?.held ?? []);
  const troubled = steps.filter(({ step }) => ends[step]?.problem != null);
  const isWhole = steps.every((one) => !isLast(one) || ends[one.step]?.held != null);
  const sure = steps.map(({ step }) => ends[step]?.confidence ?? 'low');
  const least = sure.reduce<Confidence>((a, b) => (RANK[a] <= RANK[b] ? a : b), 'high');
  const done = steps.length - steps.filter(({ step }) => ends[step]?.held == null).length;
  return {
    status: result.length > 0 ? 'done' : 'failed',
    reason:
      stopped ?? (isWhole ? 'all steps are done' : `${done} of ${steps.length} steps are done`),
    outcome: isWhole && troubled.length === 0 ? 'completed' : 'fallback',
    confidence: isWhole ? least : 'low',
    rounds: 0,
    result,
    notes: steps.flatMap(({ step }) => notesOf(step, ends[step])),
    synthesis: null,
  };
}

const notesOf = (step: string, end: StepEnd | undefined): string[] =>
  end
    ? [...(end.problem === null ? [] : [end.problem]), ...end.notes].map(
        (note) => `${step}: ${note}`,
      )
    : [];
