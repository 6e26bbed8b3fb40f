import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  approve,
  requestChanges,
  submitDraft,
} from '../../src/machines/patterns/review-loop/words.ts';
import { contribute } from '../../src/machines/patterns/swarm/words.ts';
import { aRequest, ask, serverWith } from '../actors/model/asking.ts';
import { askedFor, player, SHOWN, troubled } from './player.ts';

const moves = new Map(
  [approve, requestChanges, submitDraft, contribute].map((move) => [move.name, move]),
);

/** What a model is shown when it is granted a turn. */
const turn = (legal: string[], round = 1, brief = 'Review the draft of DRAFT-7.') =>
  aRequest({
    tools: [...moves.values()].map((move) => move.tool),
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What the team was asked for: split the users table safely.' },
          {
            type: 'text',
            text: `Your turn. ${brief}\n\nLegal moves (grant ${round}, round ${round}): ${legal.join(', ')}`,
          },
        ],
      },
    ],
    outputTokensMax: 4000,
  });

describe('the player', () => {
  it('makes one legal move, with arguments that fit, in any round', async () => {
    const api = await serverWith(player());
    for (const legal of [['approve', 'request_changes'], ['submit_draft'], ['contribute']])
      for (let round = 1; round <= 5; round++) {
        const { reply, failure } = await ask(api.url, turn(legal, round));
        expect(failure).toBeUndefined();
        const uses = reply!.content.filter(({ type }) => type === 'tool_use');
        expect(uses).toHaveLength(1);
        expect(legal).toContain(uses[0]!['name']);
        const args = moves.get(String(uses[0]!['name']))!.args.safeParse(uses[0]!['input']);
        expect(args.error).toBeUndefined();
      }
  });

  it('says the same to the same request, whenever and however often it is asked', async () => {
    const [one, two] = [
      await serverWith(player({ seed: 3 })),
      await serverWith(player({ seed: 3 })),
    ];
    const drafts = [1, 2, 3].map((round) => turn(['submit_draft'], round));
    const first = [];
    for (const draft of drafts) first.push((await ask(one.url, draft)).reply);
    const second = [];
    for (const draft of [...drafts].reverse()) second.unshift((await ask(two.url, draft)).reply);
    expect(second).toEqual(first);
    expect((await ask(one.url, drafts[0]!)).reply).toEqual(first[0]);
  });

  it('comes to an end: reviewers approve in the end', async () => {
    const api = await serverWith(player());
    const names = [];
    for (let round = 1; round <= 8; round++) {
      const { reply } = await ask(api.url, turn(['approve', 'request_changes'], round));
      names.push(reply!.content.find(({ type }) => type === 'tool_use')!['name']);
    }
    expect(names).toContain('approve');
  });

  it('shows in the id of a tool use which request it answers', async () => {
    const api = await serverWith(player());
    const { reply } = await ask(api.url, turn(['submit_draft']));
    const { id } = reply!.content.find(({ type }) => type === 'tool_use')!;
    expect(askedFor(String(id))).toBe(api.requests[0]!.hash.slice(0, SHOWN));
  });

  it('in trouble fails at most the first time, in the ways of a provider', async () => {
    const api = await serverWith(troubled(player(), { rate: 1 }));
    const kinds = new Set<string | undefined>();
    for (let i = 0; i < 24; i++) {
      const request = turn(['submit_draft'], 1, `Draft number ${i}.`);
      kinds.add((await ask(api.url, request)).failure?.kind);
      expect((await ask(api.url, request)).reply).toBeDefined();
    }
    expect([...kinds].sort()).toEqual(['overloaded', 'rateLimited', 'transient']);
  });
});

describe('the player as a process of its own', () => {
  it('answers, tells its calls, changes its play and ends with its parent', async () => {
    const main = fileURLToPath(new URL('./messages-api-main.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', main, '--key', 'k', '--seed', '2', '--stop-with-stdin'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill());
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const [line] = await Promise.race([
      createInterface(child.stdout)
        [Symbol.asyncIterator]()
        .next()
        .then(({ value }) => [value]),
      ended.then((code) => {
        throw new Error(`it ended with ${code} before it listened`);
      }),
    ]);
    const { url } = JSON.parse(line);

    const { reply } = await ask(url, turn(['submit_draft']), { apiKey: 'k' });
    expect(reply?.stopReason).toBe('tool_use');
    await expect
      .poll(async () => (await fetch(`${url}/control/calls`)).json())
      .toMatchObject({ requests: 1, rejected: [], calls: [{ asked: 1, answered: 1 }] });

    const trouble = JSON.stringify({ trouble: 1 });
    await fetch(`${url}/control/play`, { method: 'POST', body: trouble });
    const failed = await ask(url, turn(['submit_draft'], 2), { apiKey: 'k' });
    expect(failed.failure).toBeDefined();

    child.stdin.end();
    expect(await ended).toBe(0);
  }, 20_000);
});
