/**
 * What a team is formed with: as its starter wishes it, and as it stands in its first event.
 */
import { randomUUID } from 'node:crypto';
import { canonical } from '../events/canonical.ts';
import type { Json } from '../events/event.ts';
import { type TeamId, teamId } from '../events/ids.ts';
import { encode } from '../events/value.ts';
import type { Limits } from '../events/words/team.ts';
import { packageVersion } from '../package.ts';
import { ceilings, limitsOf } from './limits.ts';
import type { Formed } from './state/team-state.ts';

export interface StartOptions {
  /** Default: a new one. An id that exists attaches to that team, or resumes it, if it was formed alike. */
  id?: string;
  machine: string;
  /** The root actor's name; default `root`. */
  actor?: string;
  input?: unknown;
  request?: { text: string; materials?: { name: string; text: string }[] };
  limits?: Partial<Limits>;
  labels?: Record<string, string>;
  parent?: { team: string; work: string; correlationId: string; depth: number };
}

/** A team of this id was formed with another machine or input. */
export class TeamExists extends Error {
  override readonly name = 'TeamExists';
}

export const idOf = ({ id }: Pick<StartOptions, 'id'>): TeamId =>
  teamId(id ?? randomUUID().replaceAll('-', '').slice(0, 12));

/** A machine of one's own may poll and wait for as long as it lives. */
const UNCOUNTED = { works: ceilings.works, turns: ceilings.turns };

/** `own`: its machine is any XState machine, with values of its own. */
export function formedOf(id: TeamId, options: StartOptions, own: boolean): Formed {
  const { machine, actor = 'root', input = null, request, limits, labels = {}, parent } = options;
  return {
    team: id,
    actor,
    machine,
    input: own
      ? encode(input, 'the input of the team')
      : (JSON.parse(JSON.stringify(input)) as Json),
    ...(request ? { request: { text: request.text, materials: request.materials ?? [] } } : {}),
    limits: limitsOf(own ? { ...UNCOUNTED, ...limits } : limits),
    depth: parent?.depth ?? 0,
    ...(parent ? { parent: { team: parent.team, work: parent.work } } : {}),
    labels,
    package: packageVersion,
  };
}

/** Throws `TeamExists` unless what stands there was formed with the same machine and input. */
export function refuseAnother(wanted: Formed, stands: Formed): void {
  const { team, machine, actor, input, parent } = stands;
  // The id of a child team follows from what it is there for, also where it was withdrawn before it began.
  if (parent && parent.team === wanted.parent?.team && parent.work === wanted.parent.work) return;
  const isSame =
    machine === wanted.machine &&
    actor === wanted.actor &&
    canonical(input as Json) === canonical(wanted.input as Json);
  if (isSame) return;
  const given = canonical(input as Json);
  throw new TeamExists(
    `team ${team} exists already: machine "${machine}", actor "${actor}", input ` +
      `${given.length > SHOWN ? `${given.slice(0, SHOWN)}…` : given}; name another id, or go on with it by resuming it`,
  );
}

/** Characters of an input that a message shows. */
const SHOWN = 200;
