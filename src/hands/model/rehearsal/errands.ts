/**
 * Tools that the rehearsal uses before it moves, as an agent would: look at a file, write the draft to one.
 *
 * Invariants
 * 1. At most `ERRANDS_MAX` uses in a turn, counted in the conversation itself, so every turn ends.
 * 2. After a tool has answered with an error the next reply is the move.
 * 3. Nothing that asks a person or runs a command is ever used.
 */
import type { JsonObject } from '../../../events/event.ts';
import { fillArguments } from './filling.ts';
import { draftOf } from './played-scene.ts';
import type { Scene } from './scene.ts';

export const ERRANDS_MAX = 2;

interface Errand {
  name: string;
  input: JsonObject;
}

/** The tool to use before `move`, if any. */
export function errandBefore(move: string, scene: Scene): Errand | undefined {
  const { gist, dice, request } = scene;
  const tools = new Map(request.tools.map((tool) => [tool.name, tool]));
  if (gist.uses.length >= ERRANDS_MAX || gist.uses.some(({ ok }) => !ok)) return undefined;
  const path = pathToRead(scene);
  const idle = gist.uses.length === 0;
  if (idle && path && tools.has('read_file') && dice.chance(0.4))
    return { name: 'read_file', input: { path } };
  if (idle && tools.has('list_files') && dice.chance(0.25))
    return { name: 'list_files', input: { path: '.' } };
  if (idle && tools.has('search_files') && dice.chance(0.1))
    return { name: 'search_files', input: { pattern: gist.nouns[0]! } };
  const swarm = tools.get('dispatch_swarm');
  if (idle && swarm && scene.age === 1 && dice.chance(0.5))
    return { name: swarm.name, input: fillArguments(swarm.input, scene) };
  const hands = tools.get(move)?.input['properties'] as JsonObject | undefined;
  const mayBeFile = hands && ('path' in hands || 'paths' in hands) && 'content' in hands;
  if (mayBeFile && tools.has('write_file') && !scene.written && dice.chance(0.8))
    return { name: 'write_file', input: { path: pathToWrite(scene), content: draftOf(scene) } };
  return undefined;
}

const pathToRead = ({ gist }: Scene): string | undefined =>
  gist.files.find((path) => !gist.uses.some((use) => use.path === path));

/** A folder of its own: a rehearsal must not write over what somebody means to keep. */
const pathToWrite = ({ gist, request }: Scene): string =>
  `rehearsal/${gist.slug}-${request.turn.agent.replace(/[^A-Za-z0-9-]+/g, '-')}.md`;
