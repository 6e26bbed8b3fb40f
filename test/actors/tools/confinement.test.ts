/** Whatever path is asked for: nothing outside the workspace is read, made or changed. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldedName } from '../../../src/hands/tools/guarded-name.ts';
import { createWorkspace } from '../../../src/hands/tools/workspace.ts';
import { put, twoFolders, use } from './bench.ts';

const SECRET = 'the-secret-outside';

function stage() {
  const { inside, outside } = twoFolders();
  put(outside, { 'secret.txt': SECRET, 'folder/deep.txt': SECRET });
  put(inside, {
    'a.txt': 'alpha',
    'src/b.ts': 'beta',
    '.git/config': 'git',
    '.horde/horde.db': 'db',
    '.claude/agents/x.md': 'x',
    '.env': 'KEY=hidden-value',
    'src/.env.local': 'KEY=hidden-value',
  });
  return { inside, outside, root: inside };
}

/** Names and contents of everything below a folder; links are told, not followed. */
function picture(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(below, entry.name);
      if (entry.isDirectory()) return [`${path}/`, ...picture(folder, path)];
      return [entry.isFile() ? `${path}=${readFileSync(join(folder, path), 'utf8')}` : path];
    });
}

const GUARDED = ['.git', '.horde', '.claude'];

describe('a path', () => {
  it.each([
    '../outside/secret.txt',
    'src/../../outside/secret.txt',
    '/etc/passwd',
    './../../../../../../../../etc/passwd',
    '..',
    'a.txt\0.md',
    'src/\u001b[2Jb.ts',
    '\ud800',
    'x'.repeat(1025),
    '',
  ])('%j is refused to every tool', async (path) => {
    const { root, outside } = stage();
    const before = picture(outside);
    for (const name of ['read_file', 'list_files', 'search_files', 'write_file']) {
      const input = { path, ...EXTRA[name] };
      const answer = await use({ root, write: true }, name, input);
      expect(answer.ok, `${name} ${path}`).toBe(false);
      expect(answer.text).not.toContain(SECRET);
    }
    expect(picture(outside)).toEqual(before);
  });

  it('may be absolute when it lies in the workspace, also through a linked root', async () => {
    const { root, outside } = stage();
    const linked = join(outside, 'root');
    symlinkSync(root, linked);
    expect((await use({ root }, 'read_file', { path: join(root, 'a.txt') })).text).toContain(
      'alpha',
    );
    const through = await use({ root: linked }, 'read_file', { path: join(linked, 'a.txt') });
    expect(through).toMatchObject({ ok: true, path: 'a.txt' });
  });
});

const EXTRA: Record<string, { [key: string]: string }> = {
  read_file: {},
  list_files: {},
  search_files: { pattern: 'secret' },
  write_file: { content: 'overwritten' },
};

describe('links', () => {
  it('that stay in the workspace are followed, and the answer names the real file', async () => {
    const { root } = stage();
    symlinkSync('src/b.ts', join(root, 'link.ts'));
    const answer = await use({ root }, 'read_file', { path: 'link.ts' });
    expect(answer).toMatchObject({ ok: true, path: 'src/b.ts' });
  });

  it('that lead out are refused, for reading and for writing, whole or as a part of the path', async () => {
    const { root, outside } = stage();
    symlinkSync(join(outside, 'secret.txt'), join(root, 'file-link'));
    symlinkSync(outside, join(root, 'folder-link'));
    symlinkSync(join(outside, 'not-there-yet'), join(root, 'dangling'));
    symlinkSync('loop', join(root, 'loop'));
    const before = picture(outside);
    for (const path of [
      'file-link',
      'folder-link/secret.txt',
      'folder-link/new.txt',
      'folder-link/new/deep.txt',
      'dangling',
      'dangling/x',
      'loop',
      'loop/x',
    ])
      for (const name of ['read_file', 'write_file', 'list_files', 'search_files']) {
        const answer = await use({ root, write: true }, name, { path, ...EXTRA[name] });
        expect(answer.ok, `${name} ${path}`).toBe(false);
        expect(answer.text).not.toContain(SECRET);
        expect(answer.text, 'no path of this machine').not.toContain(outside);
      }
    expect(picture(outside)).toEqual(before);
  });

  it('in the way of a walk are told and not entered', async () => {
    const { root, outside } = stage();
    symlinkSync(outside, join(root, 'folder-link'));
    const list = await use({ root }, 'list_files', { recursive: true });
    expect(list.text).toContain('folder-link (link)');
    expect(list.text).not.toContain('secret.txt');
    const search = await use({ root }, 'search_files', { pattern: SECRET });
    expect(search.text).toContain('No hit');
  });

  it('to a guarded folder do not open it for writing', async () => {
    const { root } = stage();
    symlinkSync('.git', join(root, 'innocent'));
    const answer = await use({ root, write: true }, 'write_file', {
      path: 'innocent/hooks/pre-commit',
      content: 'x',
    });
    expect(answer).toMatchObject({ ok: false });
    expect(existsSync(join(root, '.git/hooks'))).toBe(false);
  });

  it('to an environment file do not open it', async () => {
    const { root } = stage();
    symlinkSync('.env', join(root, 'settings.txt'));
    const answer = await use({ root }, 'read_file', { path: 'settings.txt' });
    expect(answer.ok).toBe(false);
    expect(answer.text).not.toContain('hidden-value');
  });

  it('of the hard kind are refused, because the other name may be outside', async () => {
    const { root, outside } = stage();
    linkSync(join(outside, 'secret.txt'), join(root, 'hard.txt'));
    for (const name of ['read_file', 'write_file']) {
      const answer = await use({ root, write: true }, name, { path: 'hard.txt', ...EXTRA[name] });
      expect(answer).toMatchObject({ ok: false, text: expect.stringContaining('hard link') });
    }
    const search = await use({ root }, 'search_files', { pattern: SECRET });
    expect(search.text).not.toContain('hard.txt:');
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe(SECRET);
  });
});

describe('what is no file', () => {
  it.skipIf(process.platform === 'win32')(
    'a pipe is refused without waiting for a writer',
    async () => {
      const { root } = stage();
      execFileSync('mkfifo', [join(root, 'pipe')]);
      for (const name of ['read_file', 'write_file'])
        expect(
          await use({ root, write: true }, name, { path: 'pipe', ...EXTRA[name] }),
        ).toMatchObject({
          ok: false,
          text: expect.stringContaining('pipe'),
        });
      expect((await use({ root }, 'search_files', { pattern: 'x' })).ok).toBe(true);
    },
  );

  it.skipIf(process.platform === 'win32')('a socket is refused', async () => {
    const { root } = stage();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 's'), resolve));
    const answer = await use({ root }, 'read_file', { path: 's' });
    await new Promise((resolve) => server.close(resolve));
    expect(answer.ok).toBe(false);
  });

  it('a folder is refused', async () => {
    const { root } = stage();
    for (const name of ['read_file', 'write_file'])
      expect((await use({ root, write: true }, name, { path: 'src', ...EXTRA[name] })).ok).toBe(
        false,
      );
  });
});

describe('guarded names', () => {
  const spellings = GUARDED.flatMap((name) => [
    name,
    name.toUpperCase(),
    `${name}.`,
    `${name} . `,
    `${name[0]}${name[1]}\u200c${name.slice(2)}`,
    `${name}::$INDEX_ALLOCATION`,
    `${name.slice(1, 7)}~1`,
    name.replace('g', 'ｇ').replace('h', 'ｈ').replace('c', 'ｃ'),
  ]);

  it.each(spellings)('%j cannot be written to, wherever it stands', async (name) => {
    const { root } = stage();
    const before = picture(root);
    for (const path of [
      name,
      `${name}/x`,
      `src/${name}/x`,
      `src\\${name}\\x`,
      `./${name}/../${name}/x`,
    ]) {
      const answer = await use({ root, write: true }, 'write_file', { path, content: 'x' });
      expect(answer.ok, path).toBe(false);
    }
    expect(picture(root)).toEqual(before);
  });

  it.each(['.gitignore', '.github/workflows/ci.yml', 'git/config', 'horde.md', 'claude'])(
    '%s is none of them',
    async (path) => {
      const { root } = stage();
      expect((await use({ root, write: true }, 'write_file', { path, content: 'x' })).ok).toBe(
        true,
      );
    },
  );

  it('folding a name twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (name) => {
        expect(foldedName(foldedName(name))).toBe(foldedName(name));
      }),
    );
  });
});

describe('environment files', () => {
  it.each(['.env', '.ENV', 'src/.env.local', '.env/x', '.Env.production', '.env.', 'src/../.env'])(
    '%s is closed for reading and writing',
    async (path) => {
      const { root } = stage();
      const before = picture(root);
      for (const name of ['read_file', 'write_file', 'search_files']) {
        const answer = await use({ root, write: true }, name, {
          path,
          ...EXTRA[name],
          pattern: 'KEY',
        });
        expect(answer.text).not.toContain('hidden-value');
      }
      for (const name of ['read_file', 'write_file'])
        expect((await use({ root, write: true }, name, { path, ...EXTRA[name] })).ok).toBe(false);
      expect(picture(root)).toEqual(before);
    },
  );

  it('are not found by a search', async () => {
    const { root } = stage();
    const answer = await use({ root }, 'search_files', { pattern: 'hidden-value' });
    expect(answer.text).toContain('No hit');
  });

  it('open when granted by name, and only that one', async () => {
    const { root } = stage();
    put(root, { '.env.example': 'KEY=example', 'src/.env.example': 'KEY=example' });
    const options = { root, grants: ['.env.example'] };
    expect((await use(options, 'read_file', { path: '.env.example' })).ok).toBe(true);
    expect((await use(options, 'read_file', { path: 'src/.env.example' })).ok).toBe(true);
    expect((await use(options, 'read_file', { path: '.env' })).ok).toBe(false);
    const narrow = { root, grants: ['src/.env.local'] };
    expect((await use(narrow, 'read_file', { path: 'src/.env.local' })).ok).toBe(true);
    expect((await use(narrow, 'read_file', { path: '.env' })).ok).toBe(false);
  });

  it('a grant never opens a guarded folder for writing', async () => {
    const { root } = stage();
    const options = { root, write: true, grants: ['.git', '.git/config'] };
    const answer = await use(options, 'write_file', { path: '.git/config', content: 'x' });
    expect(answer.ok).toBe(false);
  });
});

/** What a rename says of a folder that has come into being at its target, and a removal of one that has grown. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST']);

describe('a race', () => {
  it('a folder exchanged for a link after it was looked at is noticed before reading', async () => {
    const { root, outside } = stage();
    put(root, { 'folder/secret.txt': 'inside' });
    const workspace = createWorkspace({ root });
    const place = await workspace.locate('folder/secret.txt', 'read');
    renameSync(join(root, 'folder'), join(root, 'away'));
    symlinkSync(outside, join(root, 'folder'));
    await expect(workspace.openFile(place)).rejects.toThrow('changed while');
  });

  it('a file exchanged for a link after it was looked at is not followed', async () => {
    const { root, outside } = stage();
    const workspace = createWorkspace({ root });
    const place = await workspace.locate('a.txt', 'read');
    rmSync(join(root, 'a.txt'));
    symlinkSync(join(outside, 'secret.txt'), join(root, 'a.txt'));
    await expect(workspace.openFile(place)).rejects.toThrow();
  });

  it('while folder and link are exchanged again and again, no secret is read and nothing is written outside', async () => {
    const { root, outside } = stage();
    put(root, { 'folder/secret.txt': 'inside' });
    symlinkSync(outside, join(root, 'trap'));
    const before = picture(outside);
    let on = true;
    const move = (from: string, to: string): void => {
      // As long as the folder has no name a write may make it anew, also between these two lines.
      for (let tries = 1; ; tries++) {
        try {
          rmSync(join(root, to), { recursive: true, force: true });
          renameSync(join(root, from), join(root, to));
          return;
        } catch (error) {
          if (tries === 100 || !IN_THE_WAY.has(String((error as { code?: string }).code)))
            throw error;
        }
      }
    };
    const exchange = async (): Promise<void> => {
      while (on) {
        move('folder', 'away');
        move('trap', 'folder');
        await new Promise((resolve) => setImmediate(resolve));
        move('folder', 'trap');
        move('away', 'folder');
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const exchanging = exchange();
    let refused = 0;
    try {
      for (let i = 0; i < 80; i++) {
        const path = 'folder/secret.txt';
        const read = await use({ root }, 'read_file', { path });
        expect(read.text).not.toContain(SECRET);
        if (!read.ok) refused++;
        await use({ root, write: true }, 'write_file', { path, content: `inside ${i}` });
      }
    } finally {
      on = false;
      await exchanging;
    }
    expect(refused).toBeGreaterThan(0);
    expect(picture(outside)).toEqual(before);
  });
});

describe('any path in any tree of links', () => {
  const name = fc.constantFrom('a', 'b', 'c', '.git', '.env', 'x.txt');
  const part = fc.oneof(
    { weight: 6, arbitrary: name },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '..',
        '.',
        '',
        '...',
        '~',
        '..\\..',
        '%2e%2e',
        '.GIT',
        'a\0',
        'a ',
        '-rf',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  );
  const path = fc
    .tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 7 }))
    .map(([absolute, parts]) => (absolute ? '/' : '') + parts.join('/'));
  const target = fc.oneof(
    path,
    fc.constantFrom(
      'OUTSIDE',
      'OUTSIDE/secret.txt',
      '../outside',
      '../outside/new',
      '.',
      '.git',
      '.env',
    ),
  );
  const tree = fc.array(fc.record({ at: fc.array(name, { minLength: 1, maxLength: 3 }), target }), {
    maxLength: 6,
  });

  it('reads no secret, lists nothing outside, changes nothing outside or guarded', async () => {
    await fc.assert(
      fc.asyncProperty(tree, path, async (links, wanted) => {
        const { inside: root, outside } = twoFolders();
        put(outside, { 'secret.txt': SECRET, 'x.txt': SECRET, 'a/x.txt': SECRET });
        put(root, { 'a/x.txt': 'one', 'b/x.txt': 'two', '.git/config': 'git', '.env': SECRET });
        for (const { at, target } of links) {
          try {
            const place = join(root, ...at);
            mkdirSync(join(place, '..'), { recursive: true });
            symlinkSync(target.replace('OUTSIDE', outside), place);
          } catch {
            // Something is already there, or the system cannot take the name.
          }
        }
        // The links of the stage itself may already reach outside; only the tools count from here on.
        const before = [
          picture(outside),
          picture(join(root, '.git')),
          readFileSync(join(root, '.env')),
        ];
        for (const tool of ['read_file', 'list_files', 'search_files', 'write_file']) {
          const input = { path: wanted, ...EXTRA[tool] };
          const answer = await use({ root, write: true }, tool, input);
          expect(answer.text).not.toContain(SECRET);
          if (tool === 'list_files') expect(answer.text).not.toMatch(/secret\.txt/);
        }
        const after = [
          picture(outside),
          picture(join(root, '.git')),
          readFileSync(join(root, '.env')),
        ];
        expect(after).toEqual(before);
      }),
      { numRuns: 40 },
    );
  }, 30_000);
});
