/**
 * How the moves of a negotiation are played: the version in question is read from the brief.
 */
import type { JsonObject } from '../../../events/event.ts';
import type { Part } from './parts.ts';
import { sentence } from './prose.ts';
import type { Scene } from './scene.ts';

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
  counter_propose: versioned,
  accept_contract: versioned,
  submit_implementation: implementation,
};
