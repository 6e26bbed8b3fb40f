import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hordeProcessIn } from './horde-process.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const pair = at('examples/patterns/pair.ts');

/** A pattern in plain JavaScript, which every Node reads: one says its piece. */
const solo = `
import { defineMove, definePattern, handedIn, on, passage, refills, taskFor } from ${JSON.stringify(at('dist/index.js'))};
import { z } from ${JSON.stringify(at('node_modules/zod/index.js'))};
const speak = defineMove('speak', 'piece.spoken', 'Say your piece.', { title: passage });
const take = (_, piece) => ({ remember: { said: piece.revision }, say: [handedIn(piece, 'piece')] });
const ask = ({ speaker }) => ({ remember: { round: 1 }, asks: [speaker] });
export const solo = definePattern({
  name: 'solo', called: 'the solo', purpose: 'One says its piece.', endsWhen: 'it is said',
  fallback: 'nothing', keyProperty: 'One speaks.',
  roles: { speaker: { min: 1, max: 1, moves: [speak] } },
  limits: z.strictObject({ refills }),
  turnsMax: ({ refills }) => 1 + refills,
  seats: ({ speaker: [speaker = ''] }) => ({ speaker }),
  remembers: { said: null },
  board: ({ speaker }) => [taskFor(speaker, 'piece', 'The piece')],
  turn: () => ({ round: 1, brief: 'Speak.', moves: ['speak'], material: [] }),
  states: { speaking: { begins: ask, hears: [on(speak, take)], next: { concluded: 'else' } } },
  concludes: ({ said, ending }) => ({
    say: [], outcome: said === null ? 'fallback' : 'completed', reason: ending ?? 'it is said',
    confidence: 'high', result: said === null ? [] : [said], notes: [],
  }),
});
`;

const soloIn = (folder: string): string => {
  const file = join(folder, 'solo.mjs');
  writeFileSync(file, solo);
  return file;
};

describe('Patterns from outside the package', () => {
  it('are listed and run like any other, in TypeScript too', async () => {
    const horde = hordeProcessIn();
    const listed = await horde.run(['patterns', '--patterns', pair]);
    expect(listed.out).toMatch(/^pair +Two work on one text in turns/m);
    const asked = ['run', '--rehearse', '--patterns', pair, '--pattern', 'pair', '--team', 'two'];
    const ran = await horde.run([...asked, '--json', 'A guide to trees']);
    expect(ran.err).not.toMatch(/horde:/);
    expect(ran.json()).toMatchObject({ pattern: 'pair', status: 'done' });
    const replayed = await horde.run(['replay', 'two', '--patterns', pair]);
    expect(replayed.out).toMatch(/no difference/);
  });

  it('are found again by a team that is led on, or said to be missing', async () => {
    const horde = hordeProcessIn();
    const file = soloIn(horde.folder);
    const handed = ['--detach', '--team', 'one', '--pattern', 'solo', '--patterns', 'solo.mjs'];
    await horde.run(['run', '--rehearse', ...handed, 'Say it']);
    renameSync(file, join(horde.folder, 'moved.mjs'));
    const missed = await horde.run(['resume', 'one']);
    expect(missed.status).toBe(2);
    expect(missed.err).toContain(`team one works by the pattern "solo" of ${file}`);
    expect(missed.err).toContain('--patterns FILE');
    const named = await horde.run(['resume', 'one', '--patterns', 'moved.mjs', '--json']);
    expect(named.json()).toMatchObject([{ pattern: 'solo', status: 'done', reason: 'it is said' }]);
  });

  it('are refused in one sentence where the file is not there, or holds none', async () => {
    const horde = hordeProcessIn();
    const asked = ['run', '--rehearse', '--pattern', 'pair', 'x', '--patterns'];
    const absent = await horde.run([...asked, 'absent.mjs']);
    expect(absent).toMatchObject({ status: 2, out: '' });
    expect(absent.err).toMatch(/absent\.mjs: there is no such file/);
    writeFileSync(join(horde.folder, 'empty.mjs'), 'export const nothing = 1;');
    expect((await horde.run([...asked, 'empty.mjs'])).err).toMatch(/exports no pattern/);
    expect(existsSync(join(horde.folder, '.horde'))).toBe(false);
  });
});
