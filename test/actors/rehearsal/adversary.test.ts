import { describe, expect, it } from 'vitest';
import { allMoves } from '../../../src/events/words/index.ts';
import type { ModelReply } from '../../../src/hands/model/model-client.ts';
import {
  createAdversary,
  HABITS,
  type Habit,
} from '../../../src/hands/model/rehearsal/adversary.ts';
import { listening, requestFor, tool } from './stage.ts';

const review = ['approve', 'request_changes'];
const requests = Array.from({ length: 60 }, (_, i) =>
  requestFor({ round: i + 1, moves: review, tools: [tool('read_file'), ...moves()] }),
);

function moves() {
  return [...allMoves.values()].map((move) => move.tool);
}

async function repliesOf(habit: Habit): Promise<ModelReply[]> {
  const adversary = createAdversary({ seed: 5, habits: [habit] });
  return Promise.all(requests.map((request) => adversary.reply(request, listening())));
}

const uses = ({ content }: ModelReply) =>
  content.filter(({ type }) => type === 'tool_use') as unknown as { name: string; input: never }[];

/** What an honest agent would do with the reply: the legal, fitting moves in it. */
const fair = (reply: ModelReply) =>
  uses(reply).filter(
    ({ name, input }) => review.includes(name) && allMoves.get(name)!.args.safeParse(input).success,
  );

describe('the adversary', () => {
  it.each(['nonsense', 'nothing', 'illegalMove', 'unfitArguments', 'unknownTool'] as const)(
    '%s: makes no move that could be accepted',
    async (habit) => {
      for (const reply of await repliesOf(habit)) expect(fair(reply)).toEqual([]);
    },
  );

  it.each(['severalMoves', 'contradiction'] as const)(
    '%s: makes more than one move',
    async (habit) => {
      for (const reply of await repliesOf(habit)) expect(uses(reply).length).toBeGreaterThan(1);
    },
  );

  it('disagreement: sends every draft back, in every round', async () => {
    for (const reply of await repliesOf('disagreement'))
      expect(fair(reply).map(({ name }) => name)).toEqual(['request_changes']);
  });

  it('endlessTools: never comes to a move', async () => {
    for (const reply of await repliesOf('endlessTools')) expect(fair(reply)).toEqual([]);
  });

  it('failure: fails in many kinds, a defect among them', async () => {
    const adversary = createAdversary({ seed: 5, habits: ['failure'] });
    const kinds = new Set<string>();
    for (const request of requests)
      for (let i = 0; i < 3; i++)
        await adversary
          .reply(request, listening())
          .catch((error) => kinds.add(error.kind ?? error.name));
    expect(kinds.size).toBeGreaterThan(12);
    expect(kinds).toContain('TypeError');
    expect(kinds).toContain('authentication');
  });

  it('silence: lasts until nobody waits, and is not played unasked', async () => {
    expect(HABITS).not.toContain('silence');
    const adversary = createAdversary({ seed: 1, habits: ['silence'] });
    const caller = new AbortController();
    const reply = adversary.reply(requests[0]!, listening(caller.signal));
    const first = await Promise.race([reply, Promise.resolve('still silent')]);
    expect(first).toBe('still silent');
    caller.abort();
    await expect(reply).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('does the same again for the same seed, and something else when asked again', async () => {
    const play = async (times: number) => {
      const adversary = createAdversary({ seed: 9 });
      const said: unknown[] = [];
      for (const request of requests.slice(0, 20))
        for (let i = 0; i < times; i++)
          said.push(await adversary.reply(request, listening()).catch((error) => error.message));
      return said;
    };
    expect(await play(2)).toEqual(await play(2));
    const [first, second] = await play(2);
    expect(second).not.toEqual(first);
  });

  it('answers with JSON only', async () => {
    const adversary = createAdversary({
      seed: 3,
      habits: HABITS.filter((one) => one !== 'failure'),
    });
    for (const request of requests) {
      const reply = await adversary.reply(request, listening());
      expect(JSON.parse(JSON.stringify(reply))).toEqual(reply);
    }
  });
});
