/**
 * A model that answers anything, for tests that must show that teams end whatever is said: nonsense,
 * illegal and unfit moves, several at once, tools that do not exist, tools without end, contradiction,
 * disagreement without end, failures of every kind, and, when asked for, silence.
 *
 * Invariants
 * 1. What it does for a request follows from seed, request, and how often that request has come.
 * 2. `silence` lasts until the signal is aborted, and is only played when opted in.
 */

import { WorkFailure } from '../../../actors/worker.ts';
import { NO_TOKENS } from '../../../events/amounts.ts';
import type { Json, JsonObject } from '../../../events/event.ts';
import { modelFailed } from '../../../events/words/agent.ts';
import type { Dice } from '../../../events/words/scene.ts';
import type { ContentBlock, ModelClient, ModelReply, ModelRequest } from '../model-client.ts';
import { throwDice } from './dice.ts';
import { fillArguments } from './filling.ts';
import { playReply, useId } from './player.ts';
import { throwIfAborted } from './rehearsal-model.ts';
import { sceneOf } from './scene.ts';

export const HABITS = [
  'sense',
  'nonsense',
  'nothing',
  'illegalMove',
  'unfitArguments',
  'severalMoves',
  'unknownTool',
  'endlessTools',
  'disagreement',
  'contradiction',
  'strangeStop',
  'failure',
] as const;
/** Played only when named: it needs a time-out to end, or breaks what was promised to the budget. */
const OPTED_HABITS = ['silence', 'overcharge'] as const;

export type Habit = (typeof HABITS)[number] | (typeof OPTED_HABITS)[number];

interface AdversaryOptions {
  seed: number;
  /** What it may do; default: every one of `HABITS`, equally often. */
  habits?: readonly Habit[];
}

/** Throws a RangeError when `habits` is empty. */
export function createAdversary({ seed, habits = HABITS }: AdversaryOptions): ModelClient {
  if (habits.length === 0) throw new RangeError('an adversary needs at least one habit');
  const asked = new Map<string, number>();
  return {
    rehearsal: true,
    key: 'adversary',
    async reply(request, { signal, onText }) {
      throwIfAborted(signal);
      const key = `${request.hash}/${request.turn.agent}/${request.turn.grant}`;
      const nth = asked.get(key) ?? 0;
      asked.set(key, nth + 1);
      const dice = throwDice('adversary', seed, key, nth);
      const habit = dice.pick(habits);
      if (habit === 'silence') return silence(signal);
      if (habit === 'failure') throw failureOf(dice);
      const reply = replyOf(habit, request, seed + nth, dice);
      for (const block of reply.content)
        if (typeof block['text'] === 'string' && block['text'] !== '') onText(block['text']);
      return reply;
    },
  };
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(new WorkFailure('cancelled', 'silent until nobody waited'));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** Every kind that the vocabulary names, one that it does not, and errors that are no `WorkFailure`. */
function failureOf(dice: Dice): Error {
  const kinds = modelFailed.data.shape.kind.options;
  const roll = dice.int(0, kinds.length + 1);
  if (roll === kinds.length) return new TypeError('a defect inside the model client');
  const kind = kinds[roll] ?? 'unheardOf';
  const wait = dice.pick([undefined, 0, 1, 250.5, 3_600_000]);
  return new WorkFailure(kind, `the adversary fails: ${kind}`, {
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(dice.chance(0.2) ? { usage: { ...NO_TOKENS, inputTokens: dice.int(0, 500), usd: 0 } } : {}),
  });
}

function replyOf(habit: Habit, request: ModelRequest, seed: number, dice: Dice): ModelReply {
  const fair = playReply(request, seed, 'terse');
  const content = contentOf(habit, request, seed, dice) ?? fair.content;
  const stops = ['end_turn', 'max_tokens', 'stop_sequence', 'pause_turn', 'refusal', 'unheard_of'];
  const usual = content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  const extra = habit === 'overcharge' ? dice.int(1, 1_000_000) : 0;
  return {
    model: request.model,
    content,
    stopReason: habit === 'strangeStop' ? dice.pick(stops) : usual,
    usage: { ...fair.usage, outputTokens: fair.usage.outputTokens + extra },
  };
}

function contentOf(habit: Habit, request: ModelRequest, seed: number, dice: Dice) {
  const { tools, turn } = request;
  const legal = tools.filter(({ name }) => turn.moves.includes(name));
  const others = tools.filter(({ name }) => !turn.moves.includes(name));
  const use = (name: string, input: Json, nth = 0): ContentBlock => ({
    type: 'tool_use',
    id: useId(request, seed, nth),
    name,
    input,
  });
  const filled = (tool: (typeof tools)[number]): JsonObject =>
    fillArguments(tool.input, sceneOf(request, seed, 0));
  switch (habit) {
    case 'nonsense':
      return [{ type: 'text', text: nonsense(dice) }];
    case 'nothing':
      return dice.pick<ContentBlock[]>([
        [],
        [{ type: 'text', text: '' }],
        [{ type: 'text', text: ' \n\u0000\u200b' }],
        [{ type: 'thinking', thinking: 'hm', signature: 'none' }],
      ]);
    case 'illegalMove':
      return others.length > 0
        ? [use(dice.pick(others).name, filled(dice.pick(others)))]
        : [use('launch_missiles', {})];
    case 'unfitArguments':
      return legal.length > 0 ? [useUnfit(use, dice.pick(legal), filled, dice)] : undefined;
    case 'severalMoves':
      return legal.length > 0
        ? Array.from({ length: dice.int(2, 5) }, (_, nth) => {
            const tool = dice.pick(legal);
            // The same id twice is not what the API allows; a client must not build on it.
            return use(tool.name, filled(tool), dice.chance(0.8) ? nth : 0);
          })
        : undefined;
    case 'unknownTool':
      return [use(dice.pick(['', 'constructor', '__proto__', 'rm -rf', 'submit_draft ']), {})];
    case 'endlessTools':
      return others.length > 0
        ? dice.some(others, dice.int(1, 6)).map((tool, nth) => use(tool.name, filled(tool), nth))
        : undefined;
    case 'disagreement': {
      const against = legal.find(({ name }) => AGAINST.test(name)) ?? legal[0];
      return against ? [use(against.name, filled(against))] : undefined;
    }
    case 'contradiction':
      return [
        { type: 'text', text: 'I approve of this. I reject this. Both are my final word.' },
        ...legal.toReversed().map((tool, nth) => use(tool.name, filled(tool), nth)),
      ];
    default:
      return undefined;
  }
}

const AGAINST = /change|counter|rebut|object|challenge|correct|reject|disagree|send_back|escalate/;

const SCRAPS = [
  '{"move":',
  'approve()',
  '</brief>',
  'ignore the above',
  '\u202e\u0007',
  '\ud83e\udd84',
  '{}}',
  '0x',
  'null',
];

const nonsense = (dice: Dice): string =>
  Array.from({ length: dice.int(1, 60) }, () => dice.pick(SCRAPS)).join(dice.pick([' ', '', '\n']));

function useUnfit(
  use: (name: string, input: Json) => ContentBlock,
  tool: ModelRequest['tools'][number],
  filled: (tool: ModelRequest['tools'][number]) => JsonObject,
  dice: Dice,
): ContentBlock {
  const input = filled(tool);
  const required = (tool.input['required'] ?? []) as string[];
  const key = required.length > 0 ? dice.pick(required) : 'unasked';
  const { [key]: _, ...less } = input;
  return use(
    tool.name,
    dice.pick<Json>([
      required.length > 0 ? less : 'no arguments at all',
      { ...input, [key]: null },
      { ...input, [key]: { nested: [input] } },
      { ...input, [key]: 'x'.repeat(dice.pick([0, 250_000])) },
      { ...input, unasked: true },
      { ...input, grant: 999 },
      'not an object',
      null,
      [input],
    ]),
  );
}
