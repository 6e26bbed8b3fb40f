/**
 * How a team stands or has ended: status, outcome, confidence, and why. Lists, pages, reports and commands say it in the
 * same words (`verdict-words.ts`).
 *
 * Invariants
 * 1. What the team says at its end counts more than what its pattern said before.
 * 2. The cause is a failure that was not made good: the last of an agent that has not been answered since, or of a child
 *    team. A team that was completed as intended has none.
 */

import { fieldsOf } from '../../events/fields.ts';
import { modelFailed, modelReplied } from '../../events/words/agent.ts';
import { teamFailed } from '../../events/words/child.ts';
import { teamForked } from '../../events/words/fork.ts';
import { type Confidence, confidence, patternConcluded } from '../../events/words/pattern.ts';
import * as team from '../../events/words/team.ts';
import { ownerOf } from '../../events/work-id.ts';
import { enter } from '../kit/named.ts';
import { defineProjection } from '../kit/projection.ts';

export type TeamStatus = 'running' | 'paused' | 'done' | 'failed' | 'stopped';

export interface TeamVerdict {
  status: TeamStatus;
  /** `incomplete`: it ended before its pattern did. Null while it goes on, and for a team without a pattern. */
  outcome: 'completed' | 'fallback' | 'incomplete' | null;
  confidence: Confidence | null;
  /** Why it ended, or who paused it; empty while it works. */
  reason: string;
  /** What went wrong, where that is known: `producer: 401 authentication_error: …`. */
  cause: string | null;
}

export interface VerdictState extends TeamVerdict {
  /** Failures that were not made good, by whom they struck; for the fold. */
  failing: { [who: string]: string };
}

const WORKING: TeamVerdict = {
  ...{ status: 'running', outcome: null, confidence: null, reason: '', cause: null },
};

const initial: VerdictState = { ...WORKING, failing: {} };

export const verdict = defineProjection({
  name: 'verdict',
  version: 1,
  initial,
  events: {
    formed: team.teamFormed,
    forked: teamForked,
    paused: team.teamPaused,
    continued: team.teamContinued,
    concluded: patternConcluded,
    dissolved: team.teamDissolved,
    stopped: team.teamStopped,
    replied: modelReplied,
    failed: modelFailed,
    childFailed: teamFailed,
  },
  on: {
    formed: (draft) => void Object.assign(draft, WORKING),
    forked: (draft) => void Object.assign(draft, WORKING),
    paused(draft, { data }) {
      draft.status = 'paused';
      draft.reason = `by ${data.by}`;
    },
    continued: (draft) => void Object.assign(draft, { status: 'running', reason: '' }),
    concluded(draft, { data }) {
      draft.outcome = data.outcome;
      draft.confidence = data.confidence;
    },
    dissolved(draft, { data }) {
      const output = fieldsOf(data.output);
      const { outcome } = output;
      const level = confidence.safeParse(output['confidence']);
      if (outcome === 'completed' || outcome === 'fallback') draft.outcome = outcome;
      if (level.success) draft.confidence = level.data;
      if (data.status === 'failed') draft.outcome = 'incomplete';
      end(draft, data.status, data.reason);
    },
    stopped(draft, { data }) {
      draft.outcome = 'incomplete';
      end(draft, 'stopped', data.detail || data.reason);
    },
    replied(draft, event) {
      delete draft.failing[ownerOf(event)];
    },
    failed(draft, event) {
      const { kind, message } = event.data;
      if (kind !== 'cancelled') fail(draft, ownerOf(event), message === '' ? kind : message);
    },
    childFailed(draft, { data }) {
      fail(draft, `child team ${data.team ?? ''}`.trim(), data.message);
    },
  },
});

/** Without what is only for the fold. */
export const verdictOf = ({ failing: _, ...verdict }: VerdictState): TeamVerdict => verdict;

/** The newest failure stands last. */
function fail(draft: VerdictState, who: string, message: string): void {
  delete draft.failing[who];
  enter(draft.failing, who, message);
}

function end(draft: VerdictState, status: TeamStatus, reason: string): void {
  draft.status = status;
  draft.reason = reason;
  const last = Object.entries(draft.failing).at(-1);
  draft.cause = last && !isAsIntended(draft) ? last.join(': ') : null;
  draft.failing = {};
}

const isAsIntended = ({ status, outcome, confidence }: TeamVerdict): boolean =>
  status === 'done' && outcome !== 'fallback' && outcome !== 'incomplete' && confidence !== 'low';
