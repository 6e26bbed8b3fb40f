/** The teams of a merged state: how each stands, who is in it, what it used. */
import type { TeamVerdict } from '../verdict/verdict.ts';
import { entriesOf } from './merged-dictionary.ts';
import type { Fields } from './merged-register.ts';
import type { Counts, MemberFacts, Merged, TeamFacts } from './merged-state.ts';
import { sumOf, type Totals, totalsOf } from './merged-totals.ts';

export interface TeamShown extends TeamVerdict {
  team: string;
  parent: string | null;
  /** For a fork: whose past it shares, and up to where. */
  origin: TeamFacts['origin'] | null;
  pattern: string;
  request: string;
  phase: string | null;
  round: TeamFacts['round'] | null;
  notes: string[];
  rehearsal: boolean;
  limits: TeamFacts['limits'];
  formedAt: number | null;
  endedAt: number | null;
  members: MemberShown[];
  used: Totals;
}

export interface MemberShown extends MemberFacts {
  actor: string;
}

/** Every team of which anything is known; who was formed first stands first. */
export function teamsOf(state: Merged, counts: ReadonlyMap<string, Counts>): TeamShown[] {
  const members = membersOf(state);
  const facts = new Map(entriesOf(state.teams));
  const names = new Set([...facts.keys(), ...members.keys(), ...counts.keys()]);
  return [...names]
    .map((team) =>
      teamOf(team, facts.get(team) ?? {}, members.get(team) ?? [], counts.get(team) ?? sumOf([])),
    )
    .sort(
      (a, b) =>
        (a.formedAt ?? Number.MAX_VALUE) - (b.formedAt ?? Number.MAX_VALUE) ||
        compareText(a.team, b.team),
    );
}

function teamOf(
  team: string,
  known: Fields<TeamFacts>,
  members: MemberShown[],
  counts: Counts,
): TeamShown {
  const { ended, concluded, paused, root } = known;
  const isDissolved = ended !== undefined && ended.value.status !== 'stopped';
  return {
    team,
    parent: known.parent?.value ?? null,
    origin: known.origin?.value ?? null,
    pattern: known.pattern?.value ?? '',
    request: known.request?.value ?? '',
    status: ended?.value.status ?? (paused?.value ? 'paused' : 'running'),
    outcome:
      ended && ended.value.status !== 'done' ? 'incomplete' : (concluded?.value.outcome ?? null),
    reason: ended?.value.reason ?? '',
    // A failure is an event of one team: it stands in that team's own report.
    cause: null,
    phase: known.phase?.value ?? null,
    round: known.round?.value ?? null,
    confidence: concluded?.value.confidence ?? null,
    notes: concluded?.value.notes ?? [],
    rehearsal: known.rehearsal?.value ?? false,
    limits: known.limits?.value ?? { tokens: null, usd: null },
    formedAt: known.formedAt?.value ?? null,
    endedAt: ended?.stamp.at ?? null,
    members: isDissolved
      ? members.map((one) => (one.actor === root?.value ? { ...one, status: 'done' } : one))
      : members,
    used: totalsOf(counts),
  };
}

/** By team, in the order of their names; who left before the joining is known waits to be shown. */
function membersOf({ members }: Merged): Map<string, MemberShown[]> {
  const byTeam = new Map<string, MemberShown[]>();
  for (const [key, { machine, role, agentType, incarnation, status }] of entriesOf(members)) {
    if (!machine || !status) continue;
    const [team, actor] = namedIn(key);
    const shown = {
      actor,
      machine: machine.value,
      role: role?.value ?? null,
      agentType: agentType?.value ?? null,
      incarnation: incarnation?.value ?? 1,
      status: status.value,
    };
    byTeam.set(team, [...(byTeam.get(team) ?? []), shown]);
  }
  for (const all of byTeam.values()) all.sort((a, b) => compareText(a.actor, b.actor));
  return byTeam;
}

/** A name within a team, as updates write it: the team's first, which has no blank in it. */
export function namedIn(key: string): [team: string, name: string] {
  const blank = key.indexOf(' ');
  return [key.slice(0, blank), key.slice(blank + 1)];
}

/** By code units: the same order on every machine, whatever its language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
