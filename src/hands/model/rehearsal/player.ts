/**
 * Plays one turn of any pattern: chooses a legal move, fills it, perhaps uses a tool first.
 *
 * Invariants
 * 1. The reply is a pure function of seed, verbosity and request: no clock, no memory, no order of calls.
 * 2. It holds at most one tool use, and that is a tool of the request with arguments that fit its schema.
 * 3. It fits `outputTokensMax`; where even the shortest move does not, it is cut short as a model's would be.
 */
import { createHash } from 'node:crypto';
import type { Move } from '../../../events/words/moves.ts';
import type { ContentBlock, ModelReply, ModelRequest } from '../model-client.ts';
import { errandBefore } from './errands.ts';
import { fillArguments } from './filling.ts';
import { chooseMove, playedArguments } from './played-move.ts';
import { sentence, sentences } from './prose.ts';
import { BREATH, type Scene, sceneOf, type Verbosity } from './scene.ts';

/** Bytes of English or JSON that make a token, roughly. */
const BYTES_PER_TOKEN = 4;

type Played = Pick<ModelReply, 'content' | 'stopReason' | 'usage'>;

/** The blocks of one reply. */
export function playTurn(
  request: ModelRequest,
  seed: number,
  verbosity: Verbosity = 'normal',
): ContentBlock[] {
  return playReply(request, seed, verbosity).content;
}

/** The same, with why it stopped and what it used. */
export function playReply(
  request: ModelRequest,
  seed: number,
  verbosity: Verbosity = 'normal',
  moves?: ReadonlyMap<string, Move>,
): Played {
  const breath = BREATH[verbosity];
  for (const share of [1, 0.5, 0.25, 0]) {
    const content = blocksOf(sceneOf(request, seed, breath * share, moves), seed);
    const outputTokens = tokensOf(content);
    if (outputTokens > request.outputTokensMax) continue;
    const uses = content.some(({ type }) => type === 'tool_use');
    return {
      content,
      stopReason: uses ? 'tool_use' : 'end_turn',
      usage: usageOf(request, outputTokens),
    };
  }
  return cutShort(request, seed);
}

function blocksOf(scene: Scene, seed: number): ContentBlock[] {
  const { request, gist, dice, breath } = scene;
  const move = chooseMove(legalMoves(request), scene);
  const said = sentences('note', gist, dice, breath > 4 ? 2 : 1).join(' ');
  if (move === undefined) {
    const text = breath > 0 ? `${said} ${sentence('advice', gist, dice)}` : said;
    return [{ type: 'text', text }];
  }
  const errand = errandBefore(move, scene);
  const tool = request.tools.find(({ name }) => name === move)!;
  const use = errand ?? {
    name: move,
    input: fillArguments(tool.input, scene, fittingArguments(move, tool.input, scene)),
  };
  return [
    ...(breath > 0 ? [{ type: 'text', text: said }] : []),
    { type: 'tool_use', id: useId(request, seed), ...use },
  ];
}

/** Only what the schema has: a move of that name may have another shape elsewhere. */
function fittingArguments(
  move: string,
  schema: ModelRequest['tools'][number]['input'],
  scene: Scene,
) {
  const properties = (schema['properties'] ?? {}) as object;
  const played = Object.entries(playedArguments(move, scene));
  return Object.fromEntries(played.filter(([name]) => name in properties));
}

const legalMoves = ({ turn, tools }: ModelRequest): string[] =>
  turn.moves.filter((move) => tools.some(({ name }) => name === move));

/** The shape of a tool use's id; different requests have different ones. */
export function useId(request: ModelRequest, seed: number, nth = 0): string {
  const { agent, grant } = request.turn;
  const names = JSON.stringify([request.hash, agent, grant, seed, nth]);
  return `toolu_${createHash('sha256').update(names).digest('hex').slice(0, 24)}`;
}

function cutShort(request: ModelRequest, seed: number): Played {
  const scene = sceneOf(request, seed, 0);
  let text = sentence('note', scene.gist, scene.dice);
  let content: ContentBlock[] = [{ type: 'text', text }];
  while (tokensOf(content) > request.outputTokensMax && text.length > 0) {
    text = text.slice(0, -1);
    content = text.trim() === '' ? [] : [{ type: 'text', text }];
  }
  return { content, stopReason: 'max_tokens', usage: usageOf(request, request.outputTokensMax) };
}

const tokensOf = (value: unknown): number =>
  Math.ceil(Buffer.byteLength(JSON.stringify(value)) / BYTES_PER_TOKEN);

function usageOf(request: ModelRequest, outputTokens: number): ModelReply['usage'] {
  const { system, tools, messages } = request;
  return {
    inputTokens: tokensOf([system, tools, messages]),
    outputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
  };
}
