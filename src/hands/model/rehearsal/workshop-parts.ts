/**
 * How moves are played where work is handed on, on an assembly line. Whom a move names is read from the brief.
 */
import type { JsonObject } from '../../../events/event.ts';
import type { Part } from './parts.ts';
import type { Scene } from './scene.ts';

/** The names that stand between these words of the brief. */
function namesIn({ request }: Scene, words: RegExp): string[] {
  const [, list] = words.exec(request.turn.brief) ?? [];
  return (list ?? '').split(/, | and /).filter((name) => /^[\w-]+$/.test(name));
}

const oneOf = (scene: Scene, key: string, words: RegExp): JsonObject => {
  const names = namesIn(scene, words);
  return names.length > 0 ? { [key]: scene.dice.pick(names) } : {};
};

export const WORKSHOP_PARTS: Readonly<Record<string, Part>> = {
  ask_upstream: (scene) => oneOf(scene, 'stage', /is unclear, ask ([^;.]+);/),
};
