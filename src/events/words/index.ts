/**
 * All types of events there are, listed by hand. A type that is not here does not exist for a store's reader. The moves
 * of a pattern stand in its folder, in `words.ts`.
 */
import * as debate from '../../machines/patterns/adversarial-debate/words.ts';
import * as assemblyLine from '../../machines/patterns/assembly-line/words.ts';
import * as consensus from '../../machines/patterns/consensus-deliberation/words.ts';
import * as contract from '../../machines/patterns/contract-first-negotiation/words.ts';
import * as expertiseRouting from '../../machines/patterns/expertise-routing/words.ts';
import * as nestedSwarm from '../../machines/patterns/nested-swarm/words.ts';
import * as reviewLoop from '../../machines/patterns/review-loop/words.ts';
import * as swarm from '../../machines/patterns/swarm/words.ts';
import * as swarmDiscovery from '../../machines/patterns/swarm-discovery/words.ts';
import * as watchdog from '../../machines/patterns/watchdog/words.ts';
import type { EventDefinition } from '../event.ts';
import * as agent from './agent.ts';
import * as child from './child.ts';
import * as desk from './desk.ts';
import * as fork from './fork.ts';
import * as moves from './moves.ts';
import * as pattern from './pattern.ts';
import * as team from './team.ts';
import * as work from './work.ts';

type Move = moves.Move;
const isDefinition = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'upcasts' in value;
const isMove = (value: unknown): value is Move =>
  typeof value === 'object' && value !== null && 'args' in value && 'event' in value;

/** Where moves are defined: a file a pattern. */
const rooms: readonly object[] = [
  moves,
  swarm,
  reviewLoop,
  debate,
  consensus,
  contract,
  assemblyLine,
  expertiseRouting,
  watchdog,
  swarmDiscovery,
  nestedSwarm,
];

/** Every move by the name of its tool. */
export const allMoves: ReadonlyMap<string, Move> = new Map(
  rooms
    .flatMap((room) => (Object.values(room) as unknown[]).filter(isMove))
    .map((move) => [move.name, move] as const),
);

export const vocabulary: readonly EventDefinition[] = [
  ...[team, work, agent, pattern, child, desk, fork].flatMap((room) =>
    Object.values(room as object).filter(isDefinition),
  ),
  ...[...allMoves.values()].map((move) => move.event),
];
