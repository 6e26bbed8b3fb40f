/**
 * The names of things: branded strings, so that a stream is never taken for a team.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TeamId = Branded<'TeamId'>;
export type ActorId = Branded<'ActorId'>;
export type StreamName = Branded<'StreamName'>;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Checks and brands a team's id: 1 to 100 letters, digits, `.`, `_`, `-`; throws a RangeError otherwise. */
export function teamId(text: string): TeamId {
  if (!NAME.test(text)) {
    throw new RangeError(
      `"${text.slice(0, 120)}" cannot be a team's id: use 1 to 100 letters, digits, ".", "_" or "-", starting with a letter or digit`,
    );
  }
  return text as TeamId;
}

/** Checks and brands an actor's id, by the same rule as a team's. */
export function actorId(text: string): ActorId {
  if (!NAME.test(text)) {
    throw new RangeError(
      `"${text.slice(0, 120)}" cannot be an actor's id: use 1 to 100 letters, digits, ".", "_" or "-"`,
    );
  }
  return text as ActorId;
}

/** The stream that *is* the team: only its leader appends to it. */
export const teamStream = (team: TeamId): StreamName => `team-${team}` as StreamName;

/** Where everyone else speaks to the team. */
export const inboxStream = (team: TeamId): StreamName => `inbox-${team}` as StreamName;

/** Where a team's questions to a person stand. */
export const deskStream = (team: TeamId): StreamName => `desk-${team}` as StreamName;

/** The team that a `team-…` stream belongs to, or undefined for any other stream, and where the rest is no team's id. */
export function teamOfStream(stream: string): TeamId | undefined {
  const id = stream.startsWith('team-') ? stream.slice(5) : '';
  return NAME.test(id) ? (id as TeamId) : undefined;
}
