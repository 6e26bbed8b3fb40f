/**
 * How moves are played where work is handed on or watched: assembly line, watchdog.
 * Whom a move names is read from the brief; what it claims to have read are files that were read in this turn.
 */
import type { JsonObject } from '../../../events/event.ts';
import type { Part } from './parts.ts';
import { sentence, sentences } from './prose.ts';
import type { Scene } from './scene.ts';
import { newTag } from './wording.ts';

/** The names that stand between these words of the brief. */
function namesIn({ request }: Scene, words: RegExp): string[] {
  const [, list] = words.exec(request.turn.brief) ?? [];
  return (list ?? '').split(/, | and /).filter((name) => /^[\w-]+$/.test(name));
}

const oneOf = (scene: Scene, key: string, words: RegExp): JsonObject => {
  const names = namesIn(scene, words);
  return names.length > 0 ? { [key]: scene.dice.pick(names) } : {};
};

/** Names the file that was written in this turn, if one was. */
const changed = ({ written }: Scene): JsonObject => ({
  paths: written === undefined ? [] : [written],
});

/** Only what was read in this very turn: a rehearsal claims no more than an agent may. */
const checked = ({ gist, dice }: Scene): JsonObject => ({
  read: gist.uses
    .filter(({ name, ok }) => name === 'read_file' && ok)
    .flatMap(({ path }) => path ?? []),
  evidence: sentences('evidence', gist, dice, 2).join(' '),
});

function violation(scene: Scene, severity: string): JsonObject {
  const about = { ...scene.gist, nouns: scene.dice.some(scene.gist.nouns.slice(0, 7), 2) };
  const [file] = scene.gist.files;
  return {
    tag: newTag(scene),
    severity,
    place: file ? `${file}:${scene.dice.int(1, 90)}` : `the part on ${about.nouns[0]}`,
    problem: sentence('problem', about, scene.dice),
    remedy: sentence('remedy', about, scene.dice),
  };
}

function violations(scene: Scene): JsonObject[] {
  const made = [violation(scene, 'high'), violation(scene, 'medium')];
  return made[0]!['tag'] === made[1]!['tag'] || scene.dice.chance(0.5) ? made.slice(0, 1) : made;
}

function warning(scene: Scene): JsonObject {
  const [author] = namesIn(scene, /^([\w-]+) hands in/);
  const others = namesIn(scene, /the work of ([^;.]+);/);
  if (author === undefined || others.length === 0) return {};
  const other = scene.dice.pick(others);
  const [offender, versus] = scene.dice.chance(0.5) ? [author, other] : [other, author];
  return { offender, versus, inconsistency: violation(scene, 'medium') };
}

export const WORKSHOP_PARTS: Readonly<Record<string, Part>> = {
  ask_upstream: (scene) => oneOf(scene, 'stage', /is unclear, ask ([^;.]+);/),
  hand_in_checkpoint: changed,
  report_done: changed,
  clear: checked,
  all_clear: checked,
  correct: (scene) => ({ violations: violations(scene) }),
  name_issues: (scene) => ({ issues: violations(scene) }),
  warn: warning,
};
