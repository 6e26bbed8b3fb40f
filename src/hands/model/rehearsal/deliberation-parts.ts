/**
 * How moves are played by which seats argue with each other: debate, deliberation, negotiation. What stands in
 * question is read from the brief, where the pattern names it by its tag; the words come from the scene.
 */
import type { JsonObject } from '../../../events/event.ts';
import type { Part } from './parts.ts';
import { sentence, sentences } from './prose.ts';
import type { Scene } from './scene.ts';
import { newTag } from './wording.ts';

/** What the brief lists after these words, up to the end of the sentence or parenthesis. */
function namedInBrief({ request }: Scene, words: RegExp): string[] {
  const [, list] = new RegExp(`(?:${words.source})([^.)]*)[.)]`).exec(request.turn.brief) ?? [];
  return (list ?? '').split(/, | and /).filter((name) => /^"?[A-Za-z0-9-]+"?$/.test(name));
}

/** Tags are upper case; `none` and names are not. */
const tagsInBrief = (scene: Scene, words: RegExp): string[] =>
  namedInBrief(scene, words).filter((name) => /^[A-Z0-9-]+$/.test(name));

const seatsInBrief = (scene: Scene, words: RegExp): string[] =>
  namedInBrief(scene, words).map((name) => name.replaceAll('"', ''));

/** Challenges one or two of the others, and answers what was put to it. */
function challenges(scene: Scene): JsonObject {
  const { gist, dice, age } = scene;
  const others = seatsInBrief(scene, /name the expert \(/);
  if (others.length === 0) return {};
  const challenged = dice.some(others, age > 2 ? 1 : dice.int(1, 2)).map((to) => ({
    to,
    tag: newTag(scene),
    challenge: sentences('problem', gist, dice, 2).join(' '),
  }));
  const answers = tagsInBrief(scene, /to be answered: /).map((tag) => {
    const concedes = dice.chance(0.4);
    const response = sentence(concedes ? 'response' : 'rebuttal', gist, dice);
    return { tag, stance: concedes ? 'concede' : 'hold', response };
  });
  return { summary: sentence('summary', gist, dice), challenges: challenged, answers };
}

/** A proposal, or what is forced, answers every point that was raised. */
function convergence(scene: Scene): JsonObject {
  const resolutions = tagsInBrief(scene, /Points raised: /).map((tag) => ({
    tag,
    resolution: sentence('response', scene.gist, scene.dice),
  }));
  return { resolutions };
}

/** The version of the contract that the brief shows. */
function versioned(scene: Scene): JsonObject {
  const [, version] =
    /Version (\d+) of the contract|locked: version (\d+)/i
      .exec(scene.request.turn.brief)
      ?.filter((part) => part !== undefined) ?? [];
  return version === undefined ? {} : { version: Number(version) };
}

/** Most keep to what was agreed. */
const implementation = (scene: Scene): JsonObject => ({
  ...versioned(scene),
  deviations: scene.dice.chance(0.1) ? [sentence('finding', scene.gist, scene.dice)] : [],
});

export const DELIBERATION_PARTS: Readonly<Record<string, Part>> = {
  challenge: challenges,
  propose_consensus: convergence,
  counter_propose: versioned,
  accept_contract: versioned,
  submit_implementation: implementation,
};
