/** What the fields of the fork dialog ask for, and what they refuse. */
import { describe, expect, it } from 'vitest';
import { TeamStory } from '../../src/visualizer/page/shell/story.ts';
import {
  askedOf,
  editable,
  type ForkChoice,
  nextReply,
  replierOf,
} from '../../src/visualizer/page/steering/fork-wish.ts';
import type { ShownEvent } from '../../src/visualizer/shared/wire.ts';

const nothing: ForkChoice = {
  model: '',
  rounds: '',
  budgetTokens: '',
  budgetUsd: '',
  isAnswered: false,
  actor: '',
  answer: '',
};

describe('a wish for a fork', () => {
  it('asks for nothing else where nothing was written', () => {
    expect(askedOf(7, nothing)).toEqual({ at: 7 });
    expect(askedOf(7, { ...nothing, answer: 'not ticked', actor: 'a' })).toEqual({ at: 7 });
  });

  it('asks for what was written', () => {
    const wish = {
      model: ' other ',
      rounds: '2',
      budgetTokens: '5000',
      budgetUsd: '0.5',
      isAnswered: true,
      actor: 'producer',
      answer: 'Otherwise.',
    };
    expect(askedOf(7, wish)).toEqual({
      at: 7,
      model: 'other',
      rounds: 2,
      budgetTokens: 5000,
      budgetUsd: 0.5,
      answer: { actor: 'producer', text: 'Otherwise.' },
    });
  });

  it('refuses what is no number, and an empty answer, naming the field', () => {
    expect(() => askedOf(7, { ...nothing, rounds: '1.5' })).toThrow('Rounds: "1.5"');
    expect(() => askedOf(7, { ...nothing, budgetTokens: '0' })).toThrow('Budget in tokens');
    expect(() => askedOf(7, { ...nothing, budgetUsd: 'much' })).toThrow('Budget in dollars');
    expect(() => askedOf(7, { ...nothing, isAnswered: true })).toThrow('The answer is empty');
  });
});

describe('the reply that one edits', () => {
  const event = (revision: number, type: string, work?: string): ShownEvent => ({
    revision,
    type,
    data: {},
    meta: { at: 0, turn: revision, ...(work ? { work } : {}) },
  });
  const story = new TeamStory('one');
  story.append([
    event(0, 'round.started'),
    event(1, 'model.replied', 'a/reply@0'),
    event(2, 'round.started'),
    event(3, 'model.replied', 'b/reply@2'),
  ]);

  it('is the next after the fork, and its actor is named', () => {
    expect(nextReply(story, 0)?.revision).toBe(1);
    expect(nextReply(story, 1)?.revision).toBe(3);
    expect(replierOf(nextReply(story, 1)!)).toBe('b');
    expect(nextReply(story, 3)).toBeUndefined();
  });

  it('is plain text where that is all, and its blocks where it makes moves', () => {
    const text = { type: 'text', text: 'Hello' };
    const use = { type: 'tool_use', id: '1', name: 'approve', input: {} };
    expect(editable({ content: [{ type: 'thinking', thinking: 'hm' }, text] })).toBe('Hello');
    expect(JSON.parse(editable({ content: [text, use] }))).toEqual([text, use]);
    expect(editable({})).toBe('');
  });
});
