import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { METHODOLOGIES } from '../../src/planning/casting/routing.ts';
import { Catalog } from '../../src/planning/catalog/catalog.ts';
import { FILE_BYTES_MAX, TOOLS } from '../../src/planning/catalog/catalog-file.ts';

describe('the own catalog', () => {
  const catalog = new Catalog();

  test('holds over sixty types of agents of all three tiers, without a complaint', () => {
    expect(catalog.agents.size).toBeGreaterThan(60);
    const tiers = new Set([...catalog.agents.values()].map(({ tier }) => tier));
    expect(tiers).toEqual(new Set(['implementation', 'system', 'judgment']));
    expect(catalog.problems).toEqual([]);
    expect(catalog.notices).toEqual([]);
  });

  test('has files named like what is in them', () => {
    for (const { name, source } of [
      ...catalog.agents.values(),
      ...catalog.methodologies.values(),
    ]) {
      expect(source.endsWith(`/${name}.md`), source).toBe(true);
    }
  });

  test('gives every agent a prompt of 120 to 300 words that no other has', () => {
    const prompts = new Map<string, string>();
    for (const { name, prompt } of catalog.agents.values()) {
      const words = prompt.split(/\s+/).length;
      expect(words, name).toBeGreaterThanOrEqual(120);
      expect(words, name).toBeLessThanOrEqual(300);
      for (const paragraph of prompt.split('\n\n')) {
        expect(prompts.get(paragraph), `${name} repeats a paragraph`).toBeUndefined();
        prompts.set(paragraph, name);
      }
    }
  });

  test('has each alias once, and none that is the name of another', () => {
    const aliases = [...catalog.agents.values()].flatMap((agent) => agent.aliases);
    expect(new Set(aliases).size).toBe(aliases.length);
    for (const alias of aliases) expect(catalog.agents.has(alias), alias).toBe(false);
  });

  test('finds a type by the name that other programs know it by', () => {
    expect(catalog.agent('feature-dev:code-reviewer')?.name).toBe('feature-code-reviewer');
    expect(catalog.agent('Explore')?.name).toBe('explorer');
    expect(catalog.agent('nobody')).toBeUndefined();
    expect(catalog.methodology('horde-plan')?.name).toBe('plan');
  });

  test('holds the eight methodologies, each of 150 to 350 words', () => {
    expect([...catalog.methodologies.keys()].sort()).toEqual([...METHODOLOGIES].sort());
    for (const { name, text } of catalog.methodologies.values()) {
      const words = text.split(/\s+/).length;
      expect(words >= 150 && words <= 350, `${name}: ${words}`).toBe(true);
    }
  });
});

describe("a user's catalog", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'catalog-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    return join(folder, path);
  };
  const agent = (name: string, more = '') =>
    `---\nname: ${name}\ndescription: Looks after ${name}\n${more}---\nYou look after things.\n`;

  test('joins from .claude with tools as other programs name them', () => {
    put(
      '.claude/agents/gardener.md',
      agent('gardener', 'tools: Read, Bash(git:*), WebFetch, Edit\ncolor: green\nmodel: inherit\n'),
    );
    put('.claude/skills/mow/SKILL.md', agent('mow', 'allowed-tools: Read\n'));
    const catalog = new Catalog({ workspace: folder });
    expect(catalog.agent('gardener')).toMatchObject({
      tools: ['read_file', 'run_command', 'write_file'],
      model: undefined,
      category: 'yours',
      prompt: 'You look after things.',
    });
    expect(catalog.methodology('mow')?.text).toBe('You look after things.');
    expect(catalog.problems).toEqual([]);
  });

  test('overrides an earlier entry of the same name and says so', () => {
    put('.claude/agents/x.md', agent('code-reviewer'));
    const more = put('more/agents/code-reviewer.md', agent('code-reviewer', 'model: small\n'));
    const catalog = new Catalog({ workspace: folder, folders: [join(folder, 'more')] });
    expect(catalog.agent('code-reviewer')).toMatchObject({ model: 'small', source: more });
    expect(catalog.notices).toHaveLength(2);
    expect(catalog.notices[1]).toBe(
      `agent "code-reviewer" from ${more} overrides the one from ${join(folder, '.claude/agents/x.md')}`,
    );
  });

  test('may be a plain folder of agents', () => {
    put('gardener.md', agent('gardener'));
    expect(new Catalog({ folders: [folder] }).agent('gardener')).toBeDefined();
  });

  test.each([
    ['no front matter at all', 'no front matter'],
    ['---\nname: a\n', 'no front matter'],
    [agent('Bad Name'), 'field "name": write it in kebab-case'],
    ['---\nname: a\n---\nText\n', 'field "description"'],
    ['---\nname: a\ndescription: b\n---\n  \n', 'no prompt'],
    ['---\nname: [a\ndescription: b\n---\nText\n', 'front matter is not YAML'],
    ['---\nname: a\nname: b\ndescription: c\n---\nText\n', 'front matter is not YAML'],
    ['---\njust text\n---\nText\n', 'front matter: Invalid input'],
    [agent('a', 'tier: boss\n'), 'field "tier"'],
    [agent('a', 'patterns: [chaos]\n'), 'field "patterns.0"'],
    [agent('a') + 'x'.repeat(FILE_BYTES_MAX), 'shorten it'],
    [`---\n# ${'x'.repeat(9000)}\nname: a\n---\nText\n`, 'front matter has more than'],
    [
      `---\nname: a\ndescription: &x [b]\nl0: &a [${'*x,'.repeat(9)}]\nl1: [${'*a,'.repeat(9)}]\n---\nT\n`,
      'front matter: Excessive alias count',
    ],
  ])('malformed as %j is left out with one line that names the file', (text, complaint) => {
    const path = put('.claude/agents/odd.md', text);
    put('.claude/agents/sound.md', agent('sound'));
    const catalog = new Catalog({ workspace: folder });
    expect(catalog.agent('sound')).toBeDefined();
    expect(catalog.problems).toHaveLength(1);
    expect(catalog.problems[0]).toContain(path);
    expect(catalog.problems[0]).toContain(complaint);
    expect(catalog.problems[0]).not.toContain('\n');
  });

  test('that is named and not there is refused at once', () => {
    expect(() => new Catalog({ folders: [join(folder, 'none')] })).toThrow('no such folder');
  });

  test('is not read before it is asked for', () => {
    put('.claude/agents/odd.md', 'odd');
    const catalog = new Catalog({ workspace: folder });
    expect(catalog.problems).toEqual([]);
    catalog.agent('anybody');
    expect(catalog.problems).toHaveLength(1);
  });

  test('cannot name a tool into being, nor hide letters in a prompt', () => {
    put(
      '.claude/agents/sly.md',
      agent('sly', 'tools: [grant_all, Read, Read]\n').replace('things', 'th\u202Eings\u0007'),
    );
    const sly = new Catalog({ workspace: folder }).agent('sly')!;
    expect(sly.tools).toEqual(['read_file']);
    expect(TOOLS).not.toContain('grant_all');
    expect(sly.prompt).toBe('You look after things.');
  });
});
