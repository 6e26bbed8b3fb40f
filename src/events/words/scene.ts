/**
 * What a scripted model plays a move from: the turn as a real model would read it, dice, and a voice. The rehearsal
 * sets the scene; how a move is played stands beside the move.
 *
 * Invariants
 * 1. Everything follows from the request and the seed: the same scene gives the same move.
 * 2. What is shown is read by the schema of the move that it was said as; what does not fit is not shown.
 */
import type { z } from 'zod';
import type { EventDefinition } from '../event.ts';

/** Chance that can be thrown again. */
export interface Dice {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  next(): number;
  /** An integer from `min` to `max`, both inclusive. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<Item>(list: readonly Item[]): Item;
  /** Up to `count` different ones, in drawn order. */
  some<Item>(list: readonly Item[], count: number): Item[];
  /** One of the pairs, by its weight; weights are not negative and not all zero. */
  weigh<Item>(pairs: readonly (readonly [Item, number])[]): Item;
}

/** What a sentence is about. */
export type SentenceKind =
  | 'summary'
  | 'problem'
  | 'remedy'
  | 'response'
  | 'claim'
  | 'evidence'
  | 'rebuttal'
  | 'verdict'
  | 'advice'
  | 'question'
  | 'finding'
  | 'step'
  | 'risk'
  | 'note';

/** A move of somebody, as the turn shows it. */
export interface Shown<Definition extends EventDefinition> {
  readonly from: string;
  readonly revision: number;
  readonly data: z.output<Definition['data']>;
}

export interface PlayedScene {
  /** Whose turn it is, in which role. */
  readonly agent: string;
  readonly role: string;
  /** What is asked of it, in words. */
  readonly brief: string;
  /** How often this seat has had its say, from 1: the older, the readier to come to an end. */
  readonly age: number;
  /** 0: as short as can be; 2: normal; 9: long. */
  readonly breath: number;
  readonly dice: Dice;
  /** Names of the others, of one role or of all. */
  others(role?: string): string[];
  /** What the turn shows of these moves, in the order in which they were made. */
  shown<Definition extends EventDefinition>(move: {
    readonly event: Definition;
  }): Shown<Definition>[];
  /** Tags of points that stand in this turn, in order of appearance. */
  readonly tags: readonly string[];
  /** Files that were read, and the one that was written, in this turn. */
  readonly read: readonly string[];
  readonly written: string | undefined;
  /** One sentence about the request, or several. */
  say(kind: SentenceKind, sentences?: number): string;
  /** The same scene, in which all sentences speak of the same two things. */
  closer(): PlayedScene;
  /** A tag for a new point. */
  newTag(): string;
  /** A product with title, summary and text; without the text where a file was written. */
  product(): { title: string; summary: string; content?: string };
}

export type Plays<Arguments extends object = object> = (scene: PlayedScene) => Arguments;
