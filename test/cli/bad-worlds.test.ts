/** Input, disks and terminals that are not as one expects them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cells, oneLine, table } from '../../src/cli/terminal-text.ts';
import { hordeIn } from './horde.ts';

const RUN = ['run', '--rehearse', '--pattern', 'review-loop', '--team', 't'];

describe('a file that is not UTF-8', () => {
  it('is refused, with how to turn it', async () => {
    const horde = hordeIn();
    writeFileSync(join(horde.folder, 'latin.txt'), Buffer.from('caf\xe9', 'latin1'));
    const { status, err } = await horde.run(['run', '--rehearse', '--file', 'latin.txt']);
    expect([status, err]).toEqual([
      2,
      'horde: --file latin.txt: it is not UTF-8; turn it first, like: iconv -f LATIN1 -t UTF-8 FILE\n',
    ]);
  });
});

describe('the disk of HORDE_LOG', () => {
  it('that is full is told in one line, and the work goes on', async () => {
    const horde = hordeIn({ HORDE_LOG: 'debug:/dev/full' });
    const { status, err } = await horde.run([...RUN, 'Write a policy and have it reviewed']);
    expect(status).toBe(0);
    expect(err.match(/HORDE_LOG cannot be written/g)).toHaveLength(1);
  });
});

describe('a variable of the environment', () => {
  it('that is empty is as one that is not set', async () => {
    const horde = hordeIn({ HORDE_STORE: '', HORDE_LOG: '', HORDE_PRICES: '' });
    expect((await horde.run([...RUN, 'Write a haiku'])).status).toBe(0);
    expect((await horde.log('t')).length).toBeGreaterThan(0);
  });
});

describe('a time that nobody waits for', () => {
  it.each([
    ['--timeout', '1e300', /--timeout 1e300: give a number above 0, and at most 2147483/],
    ['--budget-usd', '1e300', /--budget-usd 1e300: give a number above 0, and at most 1000000000/],
    ['--timeout', 'Infinity', /--timeout Infinity/],
  ])('such as %s %s is bad usage, with the range', async (option, value, said) => {
    const horde = hordeIn();
    const { status, err } = await horde.run([...RUN, option, value, 'x']);
    expect([status, err]).toEqual([2, expect.stringMatching(said)]);
    expect(await horde.log('t')).toEqual([]);
  });
});

describe('a line on a terminal', () => {
  it('is measured and cut in cells: what is written wide takes two', () => {
    expect(cells('plain')).toBe(5);
    expect(cells('\u8868\u3092\u8a2d\u8a08')).toBe(8);
    expect(cells('\u{1f469}\u200d\u{1f4bb} e\u0301')).toBe(4);
    const wide = '\u8868'.repeat(60);
    expect(cells(oneLine(wide, 79))).toBeLessThanOrEqual(79);
    expect(oneLine(wide, 79)).toBe(`${'\u8868'.repeat(39)}\u2026`);
    expect(oneLine('\u8868'.repeat(39), 79)).toBe('\u8868'.repeat(39));
  });

  it('has its columns below each other', () => {
    const rows = table([
      ['\u8868', 'one'],
      ['ab', 'two'],
    ]).split('\n');
    expect(rows).toEqual(['\u8868  one', 'ab  two']);
  });
});
