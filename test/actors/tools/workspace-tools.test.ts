import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkFailure } from '../../../src/actors/worker.ts';
import { hashOf, shownBytes } from '../../../src/hands/people/approval.ts';
import { defineTool } from '../../../src/hands/tools/tool.ts';
import { workspaceTools } from '../../../src/hands/tools/workspace-tools.ts';
import { contextWith, put, twoFolders, use } from './bench.ts';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const stage = (files: Record<string, string | Buffer> = {}) => {
  const { inside: root } = twoFolders();
  put(root, files);
  return root;
};

describe('the worker of tools', () => {
  it('has the tools that were granted and no others', () => {
    const names = (options: object) =>
      workspaceTools({ root: '.', ...options }).specs.map(({ name }) => name);
    expect(names({})).toEqual(['read_file', 'list_files', 'search_files']);
    expect(names({ write: true })).toContain('write_file');
    expect(names({ commands: { approve: async () => ({}) } })).toContain('run_command');
  });

  it('says of each tool what repeating it means', () => {
    const approve = async () => ({ approved: false, hash: '', by: '', text: '' });
    const { worker } = workspaceTools({ root: '.', write: true, commands: { approve } });
    const effect = worker.effect as (input: object) => string;
    expect(effect({ tool: 'read_file' })).toBe('repeatable');
    expect(effect({ tool: 'write_file' })).toBe('converging');
    expect(effect({ tool: 'run_command' })).toBe('once');
    expect(effect({ tool: 'never heard of' })).toBe('repeatable');
  });

  it('runs what the recorded reply says and nothing else', async () => {
    const { worker } = workspaceTools({ root: stage() });
    const content = [{ type: 'tool_use', id: 'toolu_9', name: 'list_files', input: {} }];
    const context = contextWith(content);
    const asked = { agent: 'producer', tool: 'list_files', reply: 7, index: 0 };
    expect(await worker.run(asked, context)).toMatchObject({ use: 'toolu_9', reply: 7, ok: true });
    for (const wrong of [{ index: 1 }, { tool: 'read_file' }, { agent: 'reviewer-1' }])
      await expect(worker.run({ ...asked, ...wrong }, context)).rejects.toMatchObject({
        kind: 'invalidRequest',
      });
  });

  it('answers an unknown tool and unfit arguments, and never fails for them', async () => {
    const root = stage();
    expect((await use({ root }, 'write_file', { path: 'a', content: 'b' })).text).toContain(
      'no tool',
    );
    const unfit = await use({ root }, 'read_file', { path: 3, more: true });
    expect(unfit).toMatchObject({ ok: false, text: expect.stringContaining('path') });
  });

  it('fails as cancelled when nobody waits any more', async () => {
    const gone = AbortSignal.abort();
    const work = use({ root: stage({ a: 'b' }) }, 'list_files', {}, { signal: gone });
    await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('leaves a defect of a tool to the runtime', async () => {
    const broken = defineTool('broken', 'has a defect', {}, 'repeatable', async () => {
      throw new TypeError('a defect');
    });
    await expect(use({ root: '.', more: [broken] }, 'broken', {})).rejects.toThrow(TypeError);
  });

  it('refuses two tools of one name', () => {
    const again = defineTool('read_file', '', {}, 'repeatable', async () => ({
      ok: true,
      text: '',
    }));
    expect(() => workspaceTools({ root: '.', more: [again] })).toThrow(TypeError);
  });

  it('measures the time by its clock', async () => {
    const times = [1000, 1250];
    const clock = { now: () => times.shift()! };
    expect((await use({ root: stage(), clock }, 'list_files', {})).latencyMs).toBe(250);
  });

  it('says that a workspace is missing without naming where it was looked for', async () => {
    const root = join(stage(), 'not-there');
    const answer = await use({ root }, 'list_files', {});
    expect(answer.ok).toBe(false);
    expect(answer.text).not.toContain(root);
  });
});

describe('read_file', () => {
  it('gives the lines, the hash of the whole and its size', async () => {
    const text = 'one\ntwo\nthree\n';
    const answer = await use({ root: stage({ 'a.txt': text }) }, 'read_file', { path: 'a.txt' });
    expect(answer).toMatchObject({ ok: true, path: 'a.txt', hash: sha(text), bytes: 14 });
    expect(answer.text).toBe(`a.txt: lines 1 to 3 of 3; sha256 ${sha(text)}\none\ntwo\nthree`);
  });

  it('pages through a long file without losing a line', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i + 1} ${'x'.repeat(40)}`);
    const root = stage({ 'long.txt': lines.join('\n') });
    const seen: string[] = [];
    for (let offset = 1; offset <= lines.length; ) {
      const { text } = await use({ root }, 'read_file', { path: 'long.txt', offset });
      const [head, ...page] = text.split('\n');
      expect(text.length).toBeLessThan(64_100);
      seen.push(...page);
      offset += page.length;
      if (offset <= lines.length) expect(head).toContain(`more from line ${offset}`);
    }
    expect(seen).toEqual(lines);
  });

  it('refuses what is no text, what is too large, and what is not there', async () => {
    const root = stage({
      'nul.bin': Buffer.from([65, 0, 66]),
      'latin1.txt': Buffer.from([0xe4, 0xf6, 0xfc]),
      'large.txt': Buffer.alloc(9 * 1024 * 1024, 65),
      'short.txt': 'one line',
    });
    for (const path of ['nul.bin', 'latin1.txt'])
      expect((await use({ root }, 'read_file', { path })).text).toContain('not a text file');
    expect((await use({ root }, 'read_file', { path: 'large.txt' })).text).toContain('bytes');
    expect(await use({ root }, 'read_file', { path: 'gone.txt' })).toMatchObject({
      ok: false,
      text: 'read_file: there is no such file or folder.',
    });
    const beyond = await use({ root }, 'read_file', { path: 'short.txt', offset: 9 });
    expect(beyond.text).toContain('beyond the end');
  });

  it('cuts one endless line', async () => {
    const root = stage({ 'one.txt': 'x'.repeat(1_000_000) });
    const { text, ok } = await use({ root }, 'read_file', { path: 'one.txt' });
    expect(ok).toBe(true);
    expect(text.length).toBeLessThan(64_100);
    expect(text).toContain('more characters]');
  });

  it('reads an empty file', async () => {
    const answer = await use({ root: stage({ empty: '' }) }, 'read_file', { path: 'empty' });
    expect(answer).toMatchObject({ ok: true, bytes: 0 });
  });
});

describe('list_files', () => {
  it('lists in order, folders marked, one level or all', async () => {
    const root = stage({ 'b.txt': '', 'a/x.ts': '', 'a/deep/y.ts': '' });
    expect((await use({ root }, 'list_files', {})).text).toBe('a/\nb.txt');
    expect((await use({ root }, 'list_files', { path: 'a', recursive: true })).text).toBe(
      'a/deep/\na/deep/y.ts\na/x.ts',
    );
    expect((await use({ root }, 'list_files', { path: 'b.txt' })).ok).toBe(false);
  });

  it('passes over what holds no work, unless it is asked for', async () => {
    const root = stage({ 'node_modules/p/index.js': '', '.git/config': '', 'a.txt': '' });
    const all = await use({ root }, 'list_files', { recursive: true });
    expect(all.text).toBe('.git/\na.txt\nnode_modules/');
    const inside = await use({ root }, 'list_files', { path: 'node_modules', recursive: true });
    expect(inside.text).toContain('node_modules/p/index.js');
  });

  it('ends in a folder that is too large, and says so', async () => {
    const files = Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`f${i}`, '']));
    const { text } = await use({ root: stage(files) }, 'list_files', {});
    expect(text.split('\n')).toHaveLength(1001);
    expect(text).toContain('not complete');
  });

  it('ends in a tree that is too deep', async () => {
    const root = stage({ [`${'d/'.repeat(60)}leaf`]: '' });
    const { text } = await use({ root }, 'list_files', { recursive: true });
    expect(text).not.toContain('leaf');
    expect(text).toContain('not complete');
  });

  it('shows names that could play with a terminal written out', async () => {
    const root = stage({ 'evil\u001b[2J\nname': '' });
    const { text } = await use({ root }, 'list_files', {});
    expect(text).toBe('evil\\u{001b}[2J\\u{000a}name');
  });
});

describe('search_files', () => {
  const files = {
    'src/a.ts': 'const users = 1;\nconst Orders = 2;\n',
    'src/b.md': 'All users and (orders).\r\n',
    'bin.dat': Buffer.from('users\0'),
  };

  it('finds a word as it is written, with path and line', async () => {
    const { text } = await use({ root: stage(files) }, 'search_files', { pattern: 'users' });
    expect(text).toBe('src/a.ts:1: const users = 1;\nsrc/b.md:1: All users and (orders).');
    const brackets = await use({ root: stage(files) }, 'search_files', { pattern: '(orders)' });
    expect(brackets.text).toContain('src/b.md:1');
  });

  it('finds by expression, case, ending, folder and single file', async () => {
    const root = stage(files);
    const search = async (input: object) =>
      (await use({ root }, 'search_files', input as never)).text;
    expect(await search({ pattern: '^const \\w+ = [12];$', regex: true })).toMatch(/:1:.*\n.*:2:/);
    expect(await search({ pattern: 'ORDERS', ignoreCase: true })).toMatch(/a\.ts:2.*\n.*b\.md:1/);
    expect(await search({ pattern: 'users', endsWith: '.md' })).not.toContain('a.ts');
    expect(await search({ pattern: 'users', path: 'src/a.ts' })).toBe(
      'src/a.ts:1: const users = 1;',
    );
    expect(await search({ pattern: 'users', limit: 1 })).toContain('stopped at 1 hits');
    expect(await search({ pattern: 'nowhere' })).toBe('No hit in 3 files.');
  });

  it('says of an expression that is none what is wrong with it', async () => {
    const answer = await use({ root: stage(files) }, 'search_files', { pattern: '(', regex: true });
    expect(answer).toMatchObject({ ok: false, text: expect.stringContaining('cannot be read') });
  });

  it('stops an expression that would take for ever, while others go on', async () => {
    const root = stage({ 'a.txt': `${'a'.repeat(60)}!\n` });
    let turns = 0;
    const counting = setInterval(() => turns++, 5);
    const bad = await use({ root }, 'search_files', { pattern: '^(a|aa)+$', regex: true });
    clearInterval(counting);
    expect(bad).toMatchObject({ ok: false, text: expect.stringContaining('too long') });
    expect(turns).toBeGreaterThan(20);
  }, 10_000);

  it('ends such a search at once when nobody waits any more', async () => {
    const root = stage({ 'a.txt': `${'a'.repeat(60)}!\n` });
    const caller = new AbortController();
    const input = { pattern: '^(a+)+$', regex: true };
    const work = use({ root }, 'search_files', input, { signal: caller.signal });
    setTimeout(() => caller.abort(), 100);
    await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

describe('write_file', () => {
  const write = (root: string, input: object) =>
    use({ root, write: true }, 'write_file', input as never);

  it('makes folders and file, and says what is there now', async () => {
    const root = stage();
    const answer = await write(root, { path: 'docs/new/plan.md', content: 'plan ☂' });
    expect(answer).toMatchObject({
      ok: true,
      path: 'docs/new/plan.md',
      hash: sha('plan ☂'),
      bytes: 8,
      wrote: true,
    });
    expect(readFileSync(join(root, 'docs/new/plan.md'), 'utf8')).toBe('plan ☂');
  });

  it('can be repeated after a crash, and then changes nothing', async () => {
    const root = stage({ 'a.txt': 'old' });
    const input = { path: 'a.txt', content: 'new', expectedHash: sha('old') };
    const first = await write(root, input);
    const { mtimeMs } = statSync(join(root, 'a.txt'));
    const second = await write(root, input);
    expect(second).toMatchObject({ ok: true, hash: first.hash, wrote: true });
    expect(statSync(join(root, 'a.txt')).mtimeMs).toBe(mtimeMs);
  });

  it('replaces nothing that the writer has not seen', async () => {
    const root = stage({ 'a.txt': 'theirs' });
    for (const expectedHash of [sha('mine'), 'absent']) {
      const answer = await write(root, { path: 'a.txt', content: 'new', expectedHash });
      expect(answer).toMatchObject({ ok: false, text: expect.stringContaining(sha('theirs')) });
    }
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('theirs');
    const gone = await write(root, { path: 'b.txt', content: 'x', expectedHash: sha('x0') });
    expect(gone).toMatchObject({ ok: false, text: expect.stringContaining('is not there') });
    expect(readdirSync(root)).toEqual(['a.txt']);
  });

  it('lets one of many win who all saw the same file', async () => {
    const root = stage({ 'a.txt': 'old' });
    const { worker } = workspaceTools({ root, write: true });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => {
        const input = { path: 'a.txt', content: `new ${i}`, expectedHash: sha('old') };
        const content = [{ type: 'tool_use', id: `toolu_${i}`, name: 'write_file', input }];
        const asked = { agent: 'producer', tool: 'write_file', reply: 7, index: 0 };
        return worker.run(asked, contextWith(content));
      }),
    );
    const winners = answers.filter(({ ok }) => ok);
    expect(winners).toHaveLength(1);
    expect(sha(readFileSync(join(root, 'a.txt'), 'utf8'))).toBe(winners[0]!['hash']);
    expect(readdirSync(root)).toEqual(['a.txt']);
  });

  it('keeps the mode of a file, and leaves nothing else behind', async () => {
    const root = stage({ 'run.sh': 'old' });
    const { chmodSync } = await import('node:fs');
    chmodSync(join(root, 'run.sh'), 0o750);
    await write(root, { path: 'run.sh', content: 'new' });
    expect(statSync(join(root, 'run.sh')).mode & 0o777).toBe(0o750);
    expect(readdirSync(root)).toEqual(['run.sh']);
  });

  it('does not make a folder of a file', async () => {
    const root = stage({ 'a.txt': 'x' });
    expect((await write(root, { path: 'a.txt/b.txt', content: 'y' })).ok).toBe(false);
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('x');
  });
});

describe('a name with an accent', () => {
  const joined = 'caf\u00e9';
  const apart = 'cafe\u0301';

  it.each([
    [joined, apart],
    [apart, joined],
  ])('is found as %s where it is spelt %s, and has no twin', async (asked, there) => {
    const root = stage({ [`${there}/${there}.txt`]: 'old' });
    const path = `${asked}/${asked}.txt`;
    const read = await use({ root }, 'read_file', { path });
    expect(read).toMatchObject({ ok: true, path: `${there}/${there}.txt` });
    const wrote = await use({ root, write: true }, 'write_file', { path, content: 'new' });
    expect(wrote).toMatchObject({ ok: true, path: `${there}/${there}.txt` });
    expect(readdirSync(root)).toEqual([there]);
    expect(readdirSync(join(root, there))).toEqual([`${there}.txt`]);
    expect(readFileSync(join(root, there, `${there}.txt`), 'utf8')).toBe('new');
  });

  it('is as it was asked for where both spellings are there, and made so where none is', async () => {
    const root = stage({ [joined]: 'one', [apart]: 'two' });
    for (const [path, text] of [
      [joined, 'one'],
      [apart, 'two'],
    ])
      expect((await use({ root }, 'read_file', { path: path! })).text).toContain(text);
    await use({ root, write: true }, 'write_file', { path: 'd/\u00fc', content: 'x' });
    expect(readdirSync(join(root, 'd'))).toEqual(['\u00fc']);
  });
});

describe.skipIf(process.platform === 'win32')('run_command', () => {
  const yes = (asked: string[] = []) => ({
    approve: async ({ bytes }: { bytes: Uint8Array }) => {
      asked.push(Buffer.from(bytes).toString());
      return { approved: true, hash: hashOf(bytes), by: 'person', text: 'yes' };
    },
  });
  const node = process.execPath;
  const run = (commands: object, input: object, over = {}) =>
    use(
      { root: stage({ 'sub/x': '' }), commands: commands as never },
      'run_command',
      input as never,
      over,
    );

  it('runs what the person saw, without a shell, in the workspace', async () => {
    const asked: string[] = [];
    const script = 'console.log(process.argv.slice(1).join("|"), process.cwd().split("/").pop())';
    const answer = await run(yes(asked), {
      program: node,
      args: ['-e', script, '$HOME;`id`', 'a b'],
      folder: 'sub',
    });
    expect(answer.text).toContain('$HOME;`id`|a b sub');
    expect(JSON.parse(asked[0]!)).toEqual({
      folder: 'sub',
      run: [node, '-e', script, '$HOME;`id`', 'a b'],
    });
  });

  it('binds the files that the command names: one that changed since is not run', async () => {
    const root = stage({ 'sub/build.sh': 'echo built > made', 'notes.txt': 'n' });
    const asked: string[] = [];
    const grant = (meanwhile: () => void) => ({
      approve: async (request: { bytes: Uint8Array }) => {
        meanwhile();
        return yes(asked).approve(request);
      },
    });
    const input = { program: 'sh', args: ['build.sh'], folder: 'sub' };
    const change = () => writeFileSync(join(root, 'sub/build.sh'), 'echo other > made');
    const refused = await use({ root, commands: grant(change) }, 'run_command', input);
    expect(refused.text).toContain('has changed since it was approved');
    expect(readdirSync(join(root, 'sub'))).toEqual(['build.sh']);
    const hash = sha('echo built > made');
    expect(JSON.parse(asked[0]!).files).toEqual({ 'sub/build.sh': hash });
    const line = { program: 'cat notes.txt && sh "sub/build.sh"' };
    const shell = { ...grant(() => {}), shell: true };
    expect((await use({ root, commands: shell }, 'run_command', line)).ok).toBe(true);
    expect(Object.keys(JSON.parse(asked[1]!).files)).toEqual(['notes.txt', 'sub/build.sh']);
  });

  it('does not run when the person declines, or approved other bytes', async () => {
    const touch = { program: 'touch', args: ['made'] };
    const no = { approve: async () => ({ approved: false, hash: '', by: 'p', text: 'not now' }) };
    expect(await run(no, touch)).toMatchObject({
      ok: false,
      text: expect.stringContaining('not now'),
    });
    const other = {
      approve: async () => ({ approved: true, hash: sha('x'), by: 'p', text: 'yes' }),
    };
    const root = stage();
    const answer = await use({ root, commands: other }, 'run_command', touch);
    expect(answer.ok).toBe(false);
    expect(readdirSync(root)).toEqual([]);
  });

  it('fails as "nobody" when there is nobody to ask', async () => {
    const none = {
      approve: async () => {
        throw new WorkFailure('nobody', 'there is no terminal');
      },
    };
    await expect(run(none, { program: 'true' })).rejects.toMatchObject({ kind: 'nobody' });
  });

  it('runs granted programs only, and no others by another name', async () => {
    const grant = { ...yes(), programs: ['true'] };
    expect((await run(grant, { program: 'true' })).ok).toBe(true);
    for (const program of ['false', '/bin/true', 'true ', 'sh'])
      expect((await run(grant, { program })).text).toContain('may not be run');
  });

  it('keeps the keys of this process from the program', async () => {
    process.env['HORDE_TEST_SECRET_KEY'] = 'do-not-tell';
    const answer = await run(yes(), { program: 'env' });
    delete process.env['HORDE_TEST_SECRET_KEY'];
    expect(answer.ok).toBe(true);
    expect(answer.text).not.toContain('do-not-tell');
  });

  it('tells exit status and both outputs, and what cannot be started', async () => {
    const script = 'console.log("out"); console.error("err"); process.exit(3)';
    const answer = await run(yes(), { program: node, args: ['-e', script] });
    expect(answer).toMatchObject({ ok: false });
    expect(answer.text).toBe('[exit status 3]\nstdout:\nout\n\nstderr:\nerr\n');
    expect((await run(yes(), { program: 'no-such-program-here' })).text).toContain('no such file');
  });

  it('bounds the output, keeping beginning and end', async () => {
    const script = 'process.stdout.write("a".repeat(1e6)); process.stdout.write("THE END")';
    const { text } = await run(yes(), { program: node, args: ['-e', script] });
    expect(text.length).toBeLessThan(25_000);
    expect(text).toContain('bytes left out');
    expect(text).toContain('THE END');
  });

  it('stops at its time, with all that it started', async () => {
    const grant = { ...yes(), shell: true, timeoutMs: 300 };
    const answer = await run(grant, { program: 'echo begun; sleep 30 & sleep 30; echo never' });
    expect(answer.ok).toBe(false);
    expect(answer.text).toContain('stopped after 300 ms');
    expect(answer.text).toContain('begun');
    expect(answer.text).not.toContain('never');
  });

  it('does not wait for what it left behind in the background', async () => {
    const grant = { ...yes(), shell: true };
    expect((await run(grant, { program: 'sleep 30 & echo done' })).text).toContain('done');
  });

  it('ends when nobody waits any more', async () => {
    const caller = new AbortController();
    const work = run(yes(), { program: 'sleep', args: ['30'] }, { signal: caller.signal });
    setTimeout(() => caller.abort(), 50);
    expect((await work).text).toContain('cancelled');
  });

  it('shows a command so that it cannot look like another', () => {
    const line = shownBytes(Buffer.from('rm x\r\u001b[2Kls \u202e\n| approved\\n'));
    expect(line).toBe('  | rm x\\r\\u{001B}[2Kls \\u{202E}\\n\n  | | approved\\\\n');
  });
});
