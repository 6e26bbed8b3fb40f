import { describe, expect, test } from 'vitest';
import { find, phrase } from '../../src/planning/language/phrase.ts';
import { gist, read } from '../../src/planning/language/reading.ts';

const gistOf = async (request: string) => gist(await read(request));

describe('a reading', () => {
  test('sees an imperative as a verb although it is written like a name', async () => {
    expect(await gistOf('Audit this codebase.')).toMatch(/^audit\.v /);
  });

  test('folds whoever is named into one word', async () => {
    expect(await gistOf('Have a senior DBA review it.')).toContain('WHO<a senior DBA> review.v');
    expect(await gistOf('Let two developers build it.')).toContain('WHOS<two developers>');
  });

  test('does not take a thing for somebody because of how it is called', async () => {
    for (const request of [
      'Reset the watchdog timer.',
      "Fix the judge's name.",
      'Open the debate club page.',
      'Turn on expert mode.',
    ]) {
      expect(await gistOf(request), request).not.toContain('WHO');
    }
  });

  test('begins no sentence with what another one said', async () => {
    const reading = await read('Write a report. A reviewer approves it.');
    expect(find(phrase('report .. WHO'), reading)).toBeUndefined();
    expect(find(phrase('report >> WHO'), reading)).toBeDefined();
  });
});

describe('a phrase', () => {
  const found = async (text: string, request: string) =>
    find(phrase(text), await read(request)) !== undefined;

  test('tells a verb from a noun of the same letters', async () => {
    expect(await found('review:v', 'Have a lawyer review it.')).toBe(true);
    expect(await found('review:v', 'Show the review form.')).toBe(false);
    expect(await found('review:n', 'Show the review form.')).toBe(true);
  });

  test('takes a row of people for more than one', async () => {
    const request = 'Have a lawyer, a nurse and an engineer agree.';
    expect(await found('WHOS agree', request)).toBe(true);
    expect(await found('WHOS agree', 'Have a lawyer agree.')).toBe(false);
  });

  test('bounds its gaps', async () => {
    expect(await found('write .. table', 'Write a, b, c, d, e, f, g into the table.')).toBe(false);
    expect(await found('write ... table', 'Write one two three into the table.')).toBe(true);
  });

  test('refuses a set of words that does not exist', () => {
    expect(() => phrase('$NOSUCH:v')).toThrow('no set of words is called "$NOSUCH"');
  });
});
