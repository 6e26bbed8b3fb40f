/**
 * The scene as a move is played from it (`events/words/scene.ts`): what the turn shows is read by the schemas of the
 * moves that it was said as, never out of a brief.
 */
import type { z } from 'zod';
import type { EventDefinition } from '../../../events/event.ts';
import type { PlayedScene, SentenceKind, Shown } from '../../../events/words/scene.ts';
import { essay, sentence, sentences } from './prose.ts';
import type { Scene } from './scene.ts';
import { newTag, titleOf } from './wording.ts';

export function playedScene(scene: Scene): PlayedScene {
  const { request, gist, dice, breath, age, written } = scene;
  const { agent, role, brief, shown = [], others = [] } = request.turn;
  return {
    ...{ agent, role, brief, dice, breath, age, written },
    tags: gist.tags,
    read: gist.uses
      .filter(({ name, ok }) => name === 'read_file' && ok)
      .flatMap(({ path }) => path ?? []),
    others: (wanted) =>
      others.filter((one) => wanted === undefined || one.role === wanted).map(({ actor }) => actor),
    shown: ({ event }) => shown.flatMap((one) => shownAs(event, one)),
    say: (kind: SentenceKind, count = 1) =>
      count === 1 ? sentence(kind, gist, dice) : sentences(kind, gist, dice, count).join(' '),
    newTag: () => newTag(scene),
    closer: () =>
      playedScene({ ...scene, gist: { ...gist, nouns: dice.some(gist.nouns.slice(0, 7), 2) } }),
    product: () => productOf(scene),
  };
}

type ShownEvent = NonNullable<Scene['request']['turn']['shown']>[number];

function shownAs<Definition extends EventDefinition>(
  definition: Definition,
  { type, revision, data, meta }: ShownEvent,
): Shown<Definition>[] {
  if (type !== definition.type) return [];
  const parsed = definition.data.safeParse(data);
  if (!parsed.success) return [];
  // The schema of the definition has parsed it, whatever the definition is.
  return [{ from: meta.actor ?? '', revision, data: parsed.data as z.output<Definition['data']> }];
}

/** A text; when a file was written in this turn, its path stands instead (`filling.ts`). */
function productOf(scene: Scene): { title: string; summary: string; content?: string } {
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
