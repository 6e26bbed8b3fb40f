/**
 * Pair: two work on one text in turns; each takes over what the other made and goes on, until one signs off.
 * Nobody signs off their own work, nor anything before there is some.
 */
import {
  defineMove,
  definePattern,
  type Ending,
  type HeardMove,
  handedIn,
  lostNotes,
  type Memory,
  on,
  type PatternStep,
  passage,
  product,
  progress,
  refills,
  type Turn,
  taskFor,
} from 'golden-horde';
import { z } from 'zod';

const handOver = defineMove(
  'hand_over',
  'work.handedOver',
  'Hand the whole text over to your partner, as it stands now.',
  { ...product, open: z.array(passage).max(20).describe('What is left to do') },
  (scene) => ({ ...scene.product(), open: scene.age > 3 ? [] : [scene.say('step')] }),
);

const signOff = defineMove(
  'sign_off',
  'work.signedOff',
  'Sign off what your partner has handed over: it needs no more work.',
  { evidence: passage.describe('What you checked, and why it is enough') },
  (scene) => ({ evidence: scene.say('evidence', 2) }),
);

const limits = z.strictObject({ rounds: z.int().min(1).max(12).default(6), refills });

interface Pair extends Memory<z.output<typeof limits>> {
  partners: readonly string[];
  latest: number | null;
  signedBy: string | null;
}

function turnOf({ round, limits, latest }: Pair): Turn {
  const asked =
    latest === null
      ? 'Begin the work and hand_over what you have.'
      : 'What your partner has handed over is shown below. Go on with it and hand_over, or sign_off if it needs no more.';
  return {
    round,
    brief: `Round ${round} of ${limits.rounds}. ${asked}`,
    moves: latest === null ? ['hand_over'] : ['hand_over', 'sign_off'],
    material: latest === null ? [] : [latest],
  };
}

function swap({ partners, limits, ...before }: Pair): PatternStep<Pair> {
  const round = before.round + 1;
  const driver = partners[(round - 1) % partners.length] ?? '';
  return {
    remember: { round },
    say: [{ type: 'round.started', round, of: limits.rounds, title: `${driver} drives` }],
    asks: [driver],
  };
}

const takeWork = (_: Pair, work: HeardMove<typeof handOver>): PatternStep<Pair> => ({
  remember: { latest: work.revision },
  say: [handedIn(work, 'work')],
});

const takeSignature = (_: Pair, { from }: HeardMove<typeof signOff>): PatternStep<Pair> => ({
  remember: { signedBy: from },
});

const mayGoOn = ({ ending, round, limits }: Pair) => ending === null && round < limits.rounds;

function ends(context: Pair): Ending {
  const { latest, signedBy, ending } = context;
  const reason = signedBy ? `${signedBy} signed off` : (ending ?? 'rounds spent');
  return {
    say: [progress('work', latest === null ? 'failed' : 'completed', reason)],
    outcome: signedBy ? 'completed' : 'fallback',
    reason,
    confidence: signedBy ? 'high' : 'low',
    result: latest === null ? [] : [latest],
    notes: [...(signedBy ? [] : ['nobody signed off']), ...lostNotes(context)],
  };
}

export const pair = definePattern({
  name: 'pair',
  called: 'the pair',
  purpose: 'Two work on one text in turns, each going on from the other, until one signs off.',
  endsWhen: 'one signs off the work of the other, or the rounds are spent',
  fallback: 'the latest text, marked as not signed off',
  keyProperty: 'Nobody signs off their own work.',
  roles: { partner: { min: 2, max: 2, moves: [handOver, signOff] } },
  limits,
  turnsMax: ({ rounds, refills }, seats) => rounds + refills * seats,
  seats: ({ partner }) => ({ partners: partner }),
  remembers: { latest: null, signedBy: null },
  board: ({ partners }: Pair) => [taskFor(partners[0] ?? '', 'work', 'The work')],
  turn: turnOf,
  lose: ({ ending }, seat) => ({ remember: { ending: ending ?? `${seat} was lost` } }),
  states: {
    driving: {
      begins: swap,
      hears: [on(handOver, takeWork), on(signOff, takeSignature, { to: 'concluded' })],
      next: { swapping: 'else' },
    },
    swapping: { next: { driving: mayGoOn, concluded: 'else' } },
  },
  concludes: ends,
});
