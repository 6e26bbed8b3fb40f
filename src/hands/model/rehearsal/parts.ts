/**
 * How the moves that the rehearsal knows are played, and which of the legal moves it chooses.
 * A move without a part of its own is filled from its schema (`filling.ts`).
 */
import type { JsonObject } from '../../../events/event.ts';
import { DELIBERATION_PARTS } from './deliberation-parts.ts';
import { DISCOVERY_PARTS } from './discovery-parts.ts';
import { essay, sentence, sentences } from './prose.ts';
import type { Scene } from './scene.ts';
import { fitted, newTag, titleOf } from './wording.ts';
import { WORKSHOP_PARTS } from './workshop-parts.ts';

/** The arguments that a part decides on; what it leaves out is filled from the schema. */
export type Part = (scene: Scene) => JsonObject;

export const PARTS: Readonly<Record<string, Part>> = {
  submit_draft: (scene) => ({
    ...productOf(scene),
    answers: scene.gist.tags.slice(0, 50).map((tag) => ({
      tag,
      response: sentence('response', scene.gist, scene.dice),
    })),
  }),
  contribute: productOf,
  submit_synthesis: (scene) => ({
    ...productOf(scene),
    decisions: sentences('verdict', scene.gist, scene.dice, scene.breath > 1 ? 2 : 1).map(
      (resolution, i) => ({
        subject: scene.gist.nouns[i % scene.gist.nouns.length]!,
        resolution,
      }),
    ),
    dissent: [],
  }),
  request_changes: (scene) => ({
    issues: issuesOf(scene, scene.age === 1 ? scene.dice.int(2, 3) : scene.dice.int(1, 2)),
  }),
  approve: (scene) => ({
    evidence: sentences('evidence', scene.gist, scene.dice, scene.breath > 1 ? 3 : 1).join(' '),
    issues: scene.breath > 1 && scene.dice.chance(0.3) ? issuesOf(scene, 1, 'low') : [],
  }),
  ...DELIBERATION_PARTS,
  ...DISCOVERY_PARTS,
  ...WORKSHOP_PARTS,
};

/** A text; when a file was written in this turn, its path stands instead (`filling.ts`). */
function productOf(scene: Scene): JsonObject {
  const product = {
    title: titleOf(scene),
    summary: sentence('summary', scene.gist, scene.dice),
  };
  return scene.written ? product : { ...product, content: draftOf(scene) };
}

/** The text of a draft; what was asked for stands at its end, tag by tag. */
export function draftOf(scene: Scene): string {
  const text = essay(scene.gist, scene.dice, scene.breath, titleOf(scene));
  if (scene.gist.tags.length === 0) return text;
  const answers = scene.gist.tags
    .slice(0, 20)
    .map((tag) => `- ${tag}: ${sentence('response', scene.gist, scene.dice)}`);
  return `${text}\n\n## Changes in round ${scene.age}\n\n${answers.join('\n')}`;
}

/** Different tags each; in later rounds an old one may still stand. */
function issuesOf(scene: Scene, wanted: number, severity?: string): JsonObject[] {
  const { gist, dice } = scene;
  const count = scene.breath > 0 ? wanted : 1;
  const tags = new Set<string>();
  if (scene.age > 1 && gist.tags.length > 0 && dice.chance(0.3)) tags.add(dice.pick(gist.tags));
  for (let i = 0; tags.size < count && i < 20; i++) tags.add(fitted(newTag(scene), 1, 60));
  const severities = ['high', 'high', 'medium', 'low'];
  return [...tags].map((tag, i) => {
    // Problem and remedy speak of the same two things.
    const about = { ...gist, nouns: dice.some(gist.nouns.slice(0, 7), 2) };
    return {
      tag,
      severity: severity ?? severities[i + dice.int(0, 1)] ?? 'low',
      problem: sentence('problem', about, dice),
      remedy: sentence('remedy', about, dice),
    };
  });
}

/** What kind of thing a move does to the common work, read from its name, with its weight by age. */
const LEANINGS: readonly (readonly [RegExp, readonly number[]])[] = [
  [
    /^(send_back|return|escalate|withdraw|decline|abstain|block|warn|name_issues)/,
    [1, 0.5, 0.2, 0.1],
  ],
  [/change|counter|rebut|object|challenge|correct|reject|dissent|disagree/, [9, 3.5, 1.5, 0.5]],
  [/consult|ask|question|delegate|dispatch|recruit|spawn/, [6, 3, 1.5, 0.5]],
  [/approve|accept|agree|all_clear|sign|rule|finish|complete|conclude|done|clear/, [1, 6.5, 9, 12]],
];

/** Chooses among moves that are legal and known; `undefined` when there is none. */
export function chooseMove(legal: readonly string[], scene: Scene): string | undefined {
  if (legal.length === 0) return undefined;
  const at = Math.min(scene.age, 4) - 1;
  return scene.dice.weigh(
    legal.map((move) => {
      const leaning = LEANINGS.find(([fits]) => fits.test(move));
      return [move, leaning ? leaning[1][at]! : 5] as const;
    }),
  );
}
