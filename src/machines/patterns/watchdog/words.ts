/**
 * The moves under a watchdog: implementers hand in checkpoints and report when they are done; the watchdog
 * clears, corrects or warns, and at the end gives the all-clear or names what remains.
 */
import { z } from 'zod';
import {
  defineMove,
  line,
  passage,
  playedIssues,
  product,
  tag,
  text,
} from '../../../events/words/moves.ts';
import type { PlayedScene } from '../../../events/words/scene.ts';

const violation = z.strictObject({
  tag,
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  place: line.describe('Where it stands: file and line, or the passage'),
  problem: passage,
  remedy: passage.describe('What to do about it, so that it can be done without asking back'),
});

const work = {
  title: product.title,
  summary: product.summary,
  content: text.optional().describe('The text of what you changed, unless it stands in files'),
  paths: z
    .array(line)
    .max(50)
    .describe('Every file in the workspace that you changed since your last checkpoint'),
};
const checked = {
  read: z.array(line).max(200).describe('Every file that you have read yourself for this verdict'),
  evidence: passage.describe('What you checked, against which demand'),
};

/** Names the file that was written in this turn, if one was. */
const playedWork = ({ written }: PlayedScene) => ({
  paths: written === undefined ? [] : [written],
});

/** Only what was read in this very turn: a rehearsal claims no more than an agent may. */
const playedCheck = (scene: PlayedScene) => ({
  read: scene.read.slice(0, 200),
  evidence: scene.say('evidence', 2),
});

const playedViolations = (scene: PlayedScene, wanted: number) =>
  playedIssues(scene, wanted).map((issue) => {
    const [file = scene.written] = scene.read;
    const place = file === undefined ? scene.say('finding') : `${file}:${scene.dice.int(1, 90)}`;
    return { ...issue, place: place.slice(0, 400) };
  });

export const handInCheckpoint = defineMove(
  'hand_in_checkpoint',
  'checkpoint.submitted',
  'Hand in a significant piece of work, some 50 to 100 lines or a logical boundary, before you build on it. You go on when the watchdog has looked at it.',
  work,
  playedWork,
);

export const reportDone = defineMove(
  'report_done',
  'implementation.finished',
  'Report that your part of the work is done, with what you changed since your last checkpoint.',
  work,
  playedWork,
);

export const clear = defineMove(
  'clear',
  'checkpoint.cleared',
  'Clear the checkpoint: you have read what was changed, and it violates nothing.',
  checked,
  playedCheck,
);

export const correct = defineMove(
  'correct',
  'correction.required',
  'Demand corrections of the checkpoint: what is wrong, how severe, in which place, and what to do about it.',
  { violations: z.array(violation).min(1).max(20) },
  (scene) => ({ violations: playedViolations(scene, scene.dice.int(1, 2)) }),
);

export const warn = defineMove(
  'warn',
  'consistency.warned',
  'Warn an implementer whose work does not fit together with that of another; the checkpoint is otherwise clear.',
  {
    offender: line.describe('Name of the implementer who has to change something'),
    versus: line.describe('Name of the implementer whose work it does not fit'),
    inconsistency: violation,
  },
  // The author of the checkpoint and another do not fit together; either may have to change.
  (scene) => {
    const author = scene.shown(handInCheckpoint).at(-1)?.from;
    const others = scene.others('implementer').filter((one) => one !== author);
    if (author === undefined || others.length === 0) return {};
    const other = scene.dice.pick(others);
    const [offender, versus] = scene.dice.chance(0.5) ? [author, other] : [other, author];
    const [inconsistency] = playedViolations(scene, 1);
    return { offender, versus, ...(inconsistency && { inconsistency }) };
  },
);

export const allClear = defineMove(
  'all_clear',
  'watch.cleared',
  'Give the all-clear for the work of all implementers together.',
  checked,
  playedCheck,
);

export const nameIssues = defineMove(
  'name_issues',
  'issues.remained',
  'Name the issues that remain in the work, instead of an all-clear; most severe first.',
  { issues: z.array(violation).min(1).max(50) },
  (scene) => ({ issues: playedViolations(scene, scene.dice.int(1, 2)) }),
);
