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

/** Mostly contests, and concedes a point now and then, the more readily the longer it lasts. */
function rebuttal(scene: Scene): JsonObject {
  const { gist, dice, age } = scene;
  if (!scene.request.turn.brief.includes('that are contested')) return {};
  const answers = tagsInBrief(scene, /that are contested: /).map((tag) => {
    const concedes = dice.chance(0.12 * age);
    const response = sentence(concedes ? 'verdict' : 'rebuttal', gist, dice);
    return { tag, stance: concedes ? 'concede' : 'contest', response };
  });
  const isLast = scene.request.turn.brief.includes('last rebuttal');
  const points = isLast || dice.chance(0.6) ? [] : [claimOf(scene)];
  return { summary: sentence('summary', gist, dice), answers, points };
}

const claimOf = (scene: Scene): JsonObject => ({
  tag: newTag(scene),
  claim: sentence('claim', scene.gist, scene.dice),
  evidence: sentence('evidence', scene.gist, scene.dice),
});

function opening(scene: Scene): JsonObject {
  const { gist, dice } = scene;
  const points = new Map<string, JsonObject>();
  for (let i = 0; points.size < 3 && i < 12; i++) {
    const claim = claimOf(scene);
    points.set(String(claim['tag']), claim);
  }
  const position = sentence('claim', gist, dice);
  return { position, points: [...points.values()] };
}

function ruling(scene: Scene): JsonObject {
  const { gist, dice } = scene;
  const advocates = seatsInBrief(scene, /named exactly /);
  if (advocates.length === 0) return {};
  const winnerOf = () => dice.pick(advocates);
  const rulings = tagsInBrief(scene, /each contested point: /).map((tag) => ({
    tag,
    winner: winnerOf(),
    reason: sentences('verdict', gist, dice, 2).join(' '),
  }));
  const wins = (name: string) => rulings.filter(({ winner }) => winner === name).length;
  const [most] = [...advocates].sort((a, b) => wins(b) - wins(a));
  return { rulings, winner: most!, summary: sentence('verdict', gist, dice) };
}

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
  argue: opening,
  rebut: rebuttal,
  rule: ruling,
  challenge: challenges,
  propose_consensus: convergence,
  counter_propose: versioned,
  accept_contract: versioned,
  submit_implementation: implementation,
};
