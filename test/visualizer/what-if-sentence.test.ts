/** What another budget would have done is told with its revision, what is saved and what is lost. */
import { describe, expect, it } from 'vitest';
import type { WhatIf } from '../../src/actors/what-if.ts';
import { tellWhatIf } from '../../src/visualizer/page/panels/budget/what-if-sentence.ts';

const answer = (news: Partial<WhatIf>): WhatIf => ({
  budget: { tokens: 9000, usd: null },
  neared: null,
  stops: null,
  recorded: { tokens: 18_013, usd: 0 },
  spent: { tokens: 18_013, usd: 0 },
  saved: { tokens: 0, usd: 0 },
  lost: { modelCalls: 0, rounds: 0, moves: 0, artifacts: [], result: false },
  unsureFrom: null,
  goesOnAt: null,
  synthesis: false,
  ...news,
});

describe('what another budget would have done', () => {
  it('names where it would have stopped, why, what is saved and what is lost', () => {
    const told = tellWhatIf(
      answer({
        stops: {
          revision: 36,
          type: 'work.admitted',
          why: 'refused',
          actor: 'producer',
          detail: '',
        },
        spent: { tokens: 9000, usd: 0 },
        saved: { tokens: 9013, usd: 0 },
        lost: { modelCalls: 1, rounds: 0, moves: 3, artifacts: ['a', 'b'], result: true },
      }),
    );
    expect(told.revision).toBe(36);
    expect(told.stop).toBe(
      'With a budget of 9,000 tokens it would have stopped at revision 36: a call of producer did not fit.',
    );
    expect(told.more).toContain('Saved: 9,013 of 18,013 tokens; spent: 9,000.');
    expect(told.more).toContain(
      'Lost: 1 model call, 3 moves, 2 versions of artifacts, the recorded result.',
    );
  });

  it('says when nothing would have been different', () => {
    const told = tellWhatIf(answer({}));
    expect(told.revision).toBeNull();
    expect(told.stop).toContain('nothing would have been different');
  });

  it('does not guess what would have come after an end that is put off', () => {
    const told = tellWhatIf(answer({ goesOnAt: 40, unsureFrom: 12 }));
    expect(told.revision).toBe(40);
    expect(told.stop).toContain('is not known');
    expect(told.more.join(' ')).toContain('Unsure from revision 12');
  });
});
