/**
 * The moves of an adversarial debate: two advocates argue and rebut point by point, the judge rules on each.
 */
import { z } from 'zod';
import { defineMove, line, passage, product, tag } from '../../../events/words/moves.ts';
import { confidence } from '../../../events/words/pattern.ts';
import type { PlayedScene } from '../../../events/words/scene.ts';

const claim = z.strictObject({ tag, claim: passage, evidence: passage });
type Claim = z.output<typeof claim>;

const playedClaim = (scene: PlayedScene): Claim => ({
  tag: scene.newTag(),
  claim: scene.say('claim'),
  evidence: scene.say('evidence'),
});

/** The points of all cases that the turn shows. */
const pointsShown = (scene: PlayedScene): Claim[] =>
  [...scene.shown(argue), ...scene.shown(rebut)]
    .sort((a, b) => a.revision - b.revision)
    .flatMap(({ data }) => data.points);

export const argue = defineMove(
  'argue',
  'argument.made',
  'Open your case: the position you stand for and its strongest points, each with a tag and its evidence.',
  { ...product, position: line, points: z.array(claim).min(1).max(8) },
  (scene) => {
    const points = new Map<string, Claim>();
    for (let i = 0; points.size < 3 && i < 12; i++) {
      const one = playedClaim(scene);
      points.set(one.tag, one);
    }
    return { position: scene.say('claim'), points: [...points.values()] };
  },
);

export const rebut = defineMove(
  'rebut',
  'rebuttal.made',
  'Answer the case of the other side point by point: contest a point with reasons, or concede it.',
  {
    summary: passage,
    answers: z
      .array(z.strictObject({ tag, stance: z.enum(['contest', 'concede']), response: passage }))
      .max(40)
      .describe("One for each point of the other side, by that point's tag"),
    points: z.array(claim).max(4).describe('New points of your own; empty in the last round'),
  },
  // Mostly contests, and concedes a point now and then, the more readily the longer it lasts.
  (scene) => {
    const { dice, age } = scene;
    const answers = pointsShown(scene).map(({ tag }) => {
      const stance = dice.chance(0.12 * age) ? ('concede' as const) : ('contest' as const);
      return { tag, stance, response: scene.say(stance === 'concede' ? 'verdict' : 'rebuttal') };
    });
    const points = age > 2 || dice.chance(0.6) ? [] : [playedClaim(scene)];
    return { summary: scene.say('summary'), answers: answers.slice(0, 40), points };
  },
);

export const rule = defineMove(
  'rule',
  'debate.ruled',
  'Rule on the debate: for each contested point the one side that wins it and why, and the side that wins the whole. No compromise between the sides.',
  {
    ...product,
    rulings: z
      .array(
        z.strictObject({
          tag,
          winner: line.describe('Name of the advocate who wins the point'),
          reason: passage.describe('The decisive factor'),
        }),
      )
      .max(60),
    winner: line.describe('Name of the advocate who wins the debate as a whole'),
    confidence,
  },
  (scene) => {
    const advocates = [...new Set(scene.shown(argue).map(({ from }) => from))];
    if (advocates.length === 0) return {};
    const conceded = new Set(
      scene
        .shown(rebut)
        .flatMap(({ data }) => data.answers)
        .flatMap(({ tag, stance }) => (stance === 'concede' ? [tag] : [])),
    );
    const contested = new Set(pointsShown(scene).map(({ tag }) => tag));
    const rulings = [...contested]
      .filter((tag) => !conceded.has(tag))
      .map((tag) => ({ tag, winner: scene.dice.pick(advocates), reason: scene.say('verdict', 2) }));
    const wins = (name: string) => rulings.filter(({ winner }) => winner === name).length;
    const [winner] = advocates.sort((a, b) => wins(b) - wins(a));
    return { rulings: rulings.slice(0, 60), winner, summary: scene.say('verdict') };
  },
);
