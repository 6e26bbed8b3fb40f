/**
 * Places in a story that one jumps to: messages, rounds, failures, refusals, changes of mind; of all, or of one actor.
 *
 * Invariant: each event is looked at once; a jump is a binary search, however long the story.
 */

import { lastAt } from '../shell/ascending.ts';
import type { TeamStory } from '../shell/story.ts';
import { actorsOf } from './event-line.ts';

export type JumpKind = 'message' | 'round' | 'failure' | 'refusal' | 'mind';

/** In words, for one and for many. */
export const JUMP_WORDS: Readonly<Record<JumpKind, readonly [one: string, many: string]>> = {
  message: ['message', 'messages'],
  round: ['round', 'rounds'],
  failure: ['failure', 'failures'],
  refusal: ['refusal', 'refusals'],
  mind: ['change of mind', 'changes of mind'],
};

/** All actors. */
const ANYONE = '';

export class Jumps {
  readonly #story: TeamStory;
  readonly #places = new Map<string, number[]>();
  #events = 0;
  #messages = 0;
  #minds = 0;

  constructor(story: TeamStory) {
    this.#story = story;
  }

  next(kind: JumpKind, from: number, actor: string | null = null): number | undefined {
    const places = this.#of(kind, actor);
    return places[lastAt(places, from) + 1];
  }

  previous(kind: JumpKind, from: number, actor: string | null = null): number | undefined {
    const places = this.#of(kind, actor);
    return places[lastAt(places, from - 1)];
  }

  count(kind: JumpKind, actor: string | null = null): number {
    return this.#of(kind, actor).length;
  }

  #of(kind: JumpKind, actor: string | null): readonly number[] {
    this.#catchUp();
    // A round is everybody's.
    return this.#places.get(`${kind}/${kind === 'round' ? ANYONE : (actor ?? ANYONE)}`) ?? [];
  }

  #catchUp(): void {
    const { events, messages } = this.#story;
    for (const event of events.slice(this.#events)) {
      const kind = this.#story.kindAt(this.#events);
      if (kind === 'failure' || kind === 'refusal') this.#note(kind, this.#events, actorsOf(event));
      if (event.type === 'round.started') this.#note('round', this.#events, []);
      this.#events++;
    }
    for (const { type, revision } of messages.slice(this.#messages)) {
      this.#messages++;
      // A grant is the pattern's word to an agent, not what agents say.
      if (type !== 'turn.granted')
        this.#note('message', revision, actorsOf(this.#story.eventAt(revision)));
    }
    for (const { revision, agent } of this.#story.changesOfMind().slice(this.#minds)) {
      this.#minds++;
      this.#note('mind', revision, [agent]);
    }
  }

  #note(kind: JumpKind, revision: number, actors: Iterable<string>): void {
    for (const actor of new Set([ANYONE, ...actors])) {
      const places = this.#places.get(`${kind}/${actor}`);
      if (places) places.push(revision);
      else this.#places.set(`${kind}/${actor}`, [revision]);
    }
  }
}
