import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../../src/events/event.ts';
import { allMoves } from '../../../src/events/words/index.ts';
import { ERRANDS_MAX } from '../../../src/hands/model/rehearsal/errands.ts';
import { playReply, playTurn } from '../../../src/hands/model/rehearsal/player.ts';
import { requestFor, tool, used } from './stage.ts';

const useIn = (content: ReturnType<typeof playTurn>) =>
  content.find(({ type }) => type === 'tool_use') as
    | { id: string; name: string; input: JsonObject }
    | undefined;

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);

describe('the rehearsal plays the moves it knows', () => {
  it.each([...allMoves.keys()])('%s: fits the schema of its event for every seed', (name) => {
    const requests = [1, 2, 5].map((round) =>
      requestFor({
        moves: [name],
        round,
        shown: '[ROLLBACK-001] high: there is no way back. "tag": "USERS-LOCK"',
      }),
    );
    for (const seed of seeds)
      for (const verbosity of ['terse', 'normal', 'long'] as const)
        for (const request of requests) {
          const use = useIn(playTurn(request, seed, verbosity))!;
          expect(use.name).toBe(name);
          const parsed = allMoves.get(name)!.args.safeParse(use.input);
          expect(parsed.error?.issues ?? []).toEqual([]);
        }
  });

  it('a draft speaks of what was asked for', () => {
    const said = JSON.stringify(useIn(playTurn(requestFor(), 1))!.input);
    expect(said).toContain('users');
    expect(said).toMatch(/accounts|profiles|credentials|migration/);
  });

  it('a revision answers every tag that it was shown, and no other', () => {
    const request = requestFor({
      round: 2,
      shown:
        '- [ROLLBACK-001] high: no way back\n- [LOCK-TIME-002] low: SHA-256, ISO-8601 (RFC-822)',
    });
    const { answers } = useIn(playTurn(request, 3))!.input as { answers: { tag: string }[] };
    expect(answers.map(({ tag }) => tag)).toEqual(['ROLLBACK-001', 'LOCK-TIME-002']);
  });

  it('a reviewer mostly sends the first draft back with two or three points, and later approves', () => {
    const play = (round: number) =>
      seeds.map((seed) => {
        const moves = ['approve', 'request_changes'];
        return useIn(playTurn(requestFor({ moves, round, agent: 'reviewer-1' }), seed))!;
      });
    const sentBack = (round: number) =>
      play(round).filter(({ name }) => name === 'request_changes').length / seeds.length;
    const first = play(1).filter(({ name }) => name === 'request_changes');
    expect(sentBack(1)).toBeGreaterThan(0.75);
    expect(sentBack(2)).toBeLessThan(0.6);
    expect(sentBack(4)).toBeLessThan(0.15);
    for (const { input } of first) {
      const { issues } = input as { issues: { tag: string }[] };
      expect([2, 3]).toContain(issues.length);
      expect(new Set(issues.map(({ tag }) => tag)).size).toBe(issues.length);
    }
  });
});

describe('the rehearsal plays moves it has never seen', () => {
  it('answers each tag shown, in whatever field the move has for it', () => {
    const rule = tool('rule', {
      rulings: {
        type: 'array',
        items: {
          type: 'object',
          properties: { point: { type: 'string' }, ruling: { type: 'string' } },
          required: ['point', 'ruling'],
        },
      },
    });
    const request = requestFor({ moves: ['rule'], tools: [rule], shown: '[COST-001] [SPEED-002]' });
    const { rulings } = useIn(playTurn(request, 1))!.input as { rulings: { point: string }[] };
    expect(rulings.map(({ point }) => point)).toEqual(['COST-001', 'SPEED-002']);
  });

  it('leaves contention and comes to an end as turns go by', () => {
    const moves = ['counter', 'accept'];
    const tools = moves.map((name) => tool(name, { terms: { type: 'string', minLength: 1 } }));
    const accepts = (grant: number) =>
      seeds.filter(
        (seed) => useIn(playTurn(requestFor({ moves, tools, grant }), seed))!.name === 'accept',
      ).length;
    expect(accepts(1)).toBeLessThan(20);
    expect(accepts(5)).toBeGreaterThan(50);
  });

  it('fills any schema that zod can write', () => {
    const leaf: fc.Arbitrary<z.ZodType> = fc.oneof(
      fc.tuple(fc.nat(30), fc.nat(60)).map(([min, more]) =>
        z
          .string()
          .min(min)
          .max(min + more),
      ),
      fc
        .constantFrom(
          '^[A-Z0-9]+(-[A-Z0-9]+)*$',
          '^[a-f0-9]{8,64}$',
          '^v\\d+\\.\\d+(?:\\.\\d+)?$',
          '^(?:yes|no|later)$',
          '^[^\\s/]{2,12}$',
        )
        .map((pattern) => z.string().regex(new RegExp(pattern)).max(70)),
      fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat(90)).map(([min, more]) =>
        z
          .int()
          .min(min)
          .max(min + more),
      ),
      fc.constantFrom(
        z.boolean(),
        z.null(),
        z.literal('fixed'),
        z.number().positive(),
        z.number().min(0).max(1),
        z.enum(['high', 'medium', 'low']),
        z.union([z.string(), z.int()]),
        z.string().nullable(),
        z.int().nonnegative(),
      ),
    );
    const { node } = fc.letrec<{ node: z.ZodType }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', maxDepth: 3 },
        leaf,
        fc
          .dictionary(
            fc.constantFrom('tag', 'answer', 'steps', 'issues', 'path', 'content', 'x'),
            tie('node'),
            { maxKeys: 5 },
          )
          .map((shape) => z.strictObject(shape)),
        fc.tuple(tie('node'), fc.nat(3)).map(([item, min]) =>
          z
            .array(item)
            .min(min)
            .max(min + 4),
        ),
        tie('node').map((inner) => inner.optional()),
      ),
    }));
    const shapes = fc.dictionary(fc.constantFrom('a', 'points', 'verdict', 'items', 'to'), node, {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(shapes, fc.nat(1000), fc.constantFrom('', '[COST-001]'), (shape, seed, shown) => {
        const schema = z.strictObject(shape);
        const { $schema: _, ...input } = z.toJSONSchema(schema) as JsonObject;
        const tools = [{ name: 'novel', description: 'a move of tomorrow', input }];
        const use = useIn(playTurn(requestFor({ moves: ['novel'], tools, shown }), seed))!;
        expect(schema.safeParse(use.input).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('answers points that are shown only where the schema leaves their tag open', () => {
    const points = z.array(z.strictObject({ tag: z.literal('fixed'), answer: z.string() })).min(1);
    const schema = z.strictObject({ points });
    const { $schema: _, ...input } = z.toJSONSchema(schema) as JsonObject;
    const tools = [{ name: 'novel', description: 'a move of tomorrow', input }];
    const use = useIn(playTurn(requestFor({ moves: ['novel'], tools, shown: '[COST-001]' }), 1))!;
    expect(schema.safeParse(use.input).error?.issues ?? []).toEqual([]);
  });

  it('says something and makes no move when no move is legal', () => {
    const content = playTurn(requestFor({ moves: ['not_a_tool'] }), 1);
    expect(content.map(({ type }) => type)).toEqual(['text']);
  });
});

describe('the rehearsal keeps its promises', () => {
  it('gives the same reply for the same seed and request, in any order of calls', () => {
    const requests = [1, 2, 3].map((round) => requestFor({ round }));
    const forward = requests.map((request) => playReply(request, 7));
    const backward = requests.toReversed().map((request) => playReply(request, 7));
    expect(backward.toReversed()).toEqual(forward);
    expect(playReply(requests[0]!, 8)).not.toEqual(forward[0]);
  });

  it('never uses more output than it may, down to nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1200 }),
        fc.nat(500),
        fc.constantFrom(...allMoves.keys()),
        (outputTokensMax, seed, name) => {
          const request = requestFor({ moves: [name], outputTokensMax });
          const { content, usage, stopReason } = playReply(request, seed, 'long');
          const bytes = Buffer.byteLength(JSON.stringify(content));
          expect(usage.outputTokens).toBeLessThanOrEqual(outputTokensMax);
          if (content.length > 0) expect(bytes / 4).toBeLessThanOrEqual(outputTokensMax);
          expect(stopReason === 'tool_use').toBe(useIn(content) !== undefined);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('counts input by the bytes of the request', () => {
    const request = requestFor();
    const bytes = Buffer.byteLength(
      JSON.stringify([request.system, request.tools, request.messages]),
    );
    expect(playReply(request, 1).usage.inputTokens).toBe(Math.ceil(bytes / 4));
  });

  it('is longer when it may be', () => {
    const length = (verbosity: 'terse' | 'normal' | 'long') =>
      playReply(requestFor(), 1, verbosity).usage.outputTokens;
    expect(length('terse')).toBeLessThan(length('normal'));
    expect(length('normal') * 2).toBeLessThan(length('long'));
  });

  it('uses at most two tools in a turn, and none after an error', () => {
    const plain = ['read_file', 'list_files', 'search_files'].map((name) => tool(name));
    const write = tool('write_file', { path: { type: 'string' }, content: { type: 'string' } });
    const draft = allMoves.get('submit_draft')!.tool;
    const tools = [draft, ...plain, write];
    let wrote = 0;
    for (const seed of seeds) {
      const since: ReturnType<typeof used> = [];
      let uses = 0;
      for (;;) {
        const use = useIn(playTurn(requestFor({ tools, since }), seed))!;
        if (use.name === 'submit_draft') {
          const file = since.findLast(({ content }) => content[0]!['name'] === 'write_file');
          const [written] = file?.content ?? [];
          const path = (written?.['input'] as { path: string } | undefined)?.path;
          expect(use.input['path']).toBe(path);
          expect('content' in use.input).toBe(path === undefined);
          if (path) wrote++;
          break;
        }
        expect(++uses).toBeLessThanOrEqual(ERRANDS_MAX);
        since.push(...used(use.id, use.name, use.input));
      }
      const failed = used('toolu_1', 'read_file', { path: 'x.md' }, true);
      expect(useIn(playTurn(requestFor({ tools, since: failed }), seed))!.name).toBe(
        'submit_draft',
      );
    }
    expect(wrote).toBeGreaterThan(20);
  });

  it('never asks a person and never runs a command', () => {
    const tools = ['ask_person', 'run_command'].map((name) => tool(name));
    const moves = ['submit_draft'];
    for (const seed of seeds) {
      const request = requestFor({ moves, tools: [...tools, allMoves.get('submit_draft')!.tool] });
      expect(useIn(playTurn(request, seed))!.name).toBe('submit_draft');
    }
  });
});
