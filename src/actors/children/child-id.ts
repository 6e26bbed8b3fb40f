/**
 * The id of a child team: its parent's, and what follows from the activation that it is there for, so that beginning
 * it twice is beginning it once.
 */
import { createHash } from 'node:crypto';
import { type StreamName, type TeamId, teamId } from '../../events/ids.ts';

/** What is kept of a parent's id. */
const KEPT = 80;

export function childId(parent: TeamId, work: string): TeamId {
  const hash = createHash('sha256').update(`${parent}/${work}`).digest('hex').slice(0, 10);
  return teamId(`${parent.slice(0, KEPT)}-${hash}`);
}

/** Of a stream's name, what the names of its child teams' streams begin with. */
export const childPrefix = (stream: StreamName): string => stream.slice(0, 'team-'.length + KEPT);
