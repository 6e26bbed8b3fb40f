/**
 * The moves of a negotiation: propose a contract, counter it, accept it, and implement it once it is locked.
 * A contract stands in the event itself, never in a file: what is locked cannot change any more.
 */
import { z } from 'zod';
import { defineMove, line, passage, product, tag, text } from '../../../events/words/moves.ts';
import type { PlayedScene } from '../../../events/words/scene.ts';

const contract = {
  title: line,
  summary: passage,
  content: text.describe('The whole contract, so that it can be implemented without anything else'),
};
const version = z
  .int()
  .positive()
  .describe('Number of the version of the contract that you answer');

/** The version that the turn shows: the first is the proposal; a counter-proposal follows the one that it answers. */
function playedVersion(scene: PlayedScene): { version?: number } {
  const [countered] = scene.shown(counterPropose);
  if (countered) return { version: countered.data.version + 1 };
  return scene.shown(proposeContract).length > 0 ? { version: 1 } : {};
}

export const proposeContract = defineMove(
  'propose_contract',
  'contract.proposed',
  'Propose the contract that all will implement against: names, types, formats, errors, who does what.',
  contract,
);

export const counterPropose = defineMove(
  'counter_propose',
  'contract.countered',
  'Counter the newest version of the contract with a whole version of your own; name each change and its reason.',
  {
    version,
    ...contract,
    changes: z
      .array(z.strictObject({ tag, change: passage, reason: passage }))
      .min(1)
      .max(30),
  },
  playedVersion,
);

export const acceptContract = defineMove(
  'accept_contract',
  'contract.accepted',
  'Sign the newest version of the contract as it stands. It counts once there has been a counter-proposal.',
  { version, reason: passage.describe('What you checked it for') },
  playedVersion,
);

export const submitImplementation = defineMove(
  'submit_implementation',
  'implementation.submitted',
  'Hand in your implementation of the locked contract.',
  {
    version,
    ...product,
    deviations: z.array(passage).max(20).describe('Where it deviates from the contract; or empty'),
  },
  // Most keep to what was agreed.
  (scene) => ({
    ...playedVersion(scene),
    deviations: scene.dice.chance(0.1) ? [scene.say('finding')] : [],
  }),
);
