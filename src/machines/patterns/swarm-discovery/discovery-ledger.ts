/**
 * What a discovery remembers: who is there, what was found and what became of it. Pure; `swarm-discovery.ts` is
 * the chart, `discovery-plan.ts` says who is to do what. A finding is its tag and a revision here, never its text.
 *
 * Invariants
 * 1. The same tag is the same finding, whoever reports it; at most `findings` of them are taken up.
 * 2. Scouts, and who of the specialists ever had a seat or was asked for, are never more than `teamSize`.
 * 3. A finding is worked on by one seat at a time, at most once by each, and at most `attempts` times.
 */
import { z } from 'zod';
import { settle } from '../kit/grants.ts';
import { type HeardMove, type Memory, refills } from '../kit/pattern-spec.ts';
import type { handleFinding, ReportedFinding, reportFindings, Severity } from './words.ts';

export const discoveryLimits = z.strictObject({
  rounds: z.int().min(1).max(10).default(6),
  /** Agents that may ever belong to the team; then its scope is frozen. */
  teamSize: z.int().min(2).max(8).default(8),
  /** Findings that are taken up; further ones are only counted. */
  findings: z.int().min(1).max(40).default(24),
  /** How many agents try a finding before it is left as blocked. */
  attempts: z.int().min(1).max(3).default(2),
  refills,
});

export interface Finding {
  by: string;
  severity: Severity;
  /** The specialist it takes, if there may be one. */
  needs: string | null;
  /** Where it was reported. */
  revision: number;
  status: 'open' | 'resolved' | 'dismissed' | 'blocked';
  /** What was last handed in about it, and who has tried. */
  result: number | null;
  tried: readonly string[];
}

export interface Discovery extends Memory<z.output<typeof discoveryLimits>> {
  scouts: readonly string[];
  /** Who may be asked for: names of seats that the team has prepared. */
  specialists: readonly string[];
  /** Specialists who have a seat, or were asked for. */
  joined: readonly string[];
  /** Nobody new is asked for any more. */
  frozen: boolean;
  findings: Readonly<Record<string, Finding>>;
  /** Findings reported beyond the limit. */
  beyond: number;
  /** Who works on which finding now; who has had a turn in this round. */
  assigned: Readonly<Record<string, string>>;
  turned: readonly string[];
  /** Scouts whose ground is explored. */
  explored: readonly string[];
  reports: readonly number[];
  /** What was handed in in the round before, and in this one. */
  before: readonly number[];
  fresh: readonly number[];
}

export type Report = HeardMove<typeof reportFindings>;
export type Handled = HeardMove<typeof handleFinding>;

type Change = Partial<Discovery>;

/** What it remembers at first. */
export const newDiscovery = {
  joined: [],
  frozen: false,
  findings: {},
  beyond: 0,
  assigned: {},
  turned: [],
  explored: [],
  reports: [],
  before: [],
  fresh: [],
};

/** Everyone who ever belonged to the team, or was asked to. */
export const membersOf = ({ scouts, joined }: Discovery): string[] => [...scouts, ...joined];

const RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };

/** Tags of findings in one of these states, most severe first, then first found first. */
export const tagsOf = ({ findings }: Discovery, ...status: Finding['status'][]): string[] =>
  Object.keys(findings)
    .filter((tag) => status.includes(findings[tag]!.status))
    .sort((a, b) => RANK[findings[a]!.severity] - RANK[findings[b]!.severity]);

/** What is new in what somebody reports, as far as there is room for it. */
export function newFindings(
  { findings, limits }: Discovery,
  reported: readonly ReportedFinding[],
): { taken: ReportedFinding[]; beyond: number } {
  const news = new Map<string, ReportedFinding>();
  for (const one of reported)
    if (!(one.tag in findings) && !news.has(one.tag)) news.set(one.tag, one);
  const room = limits.findings - Object.keys(findings).length;
  return { taken: [...news.values()].slice(0, room), beyond: Math.max(0, news.size - room) };
}

function withFindings(context: Discovery, { from, revision, findings }: Report | Handled) {
  const { taken, beyond } = newFindings(context, findings);
  const all: Record<string, Finding> = { ...context.findings };
  for (const { tag, severity, specialist } of taken) {
    const needs = context.specialists.includes(specialist) ? specialist : null;
    const first = { status: 'open', result: null, tried: [] } as const;
    all[tag] = { by: from, severity, needs, revision, ...first };
  }
  return { findings: all, beyond: context.beyond + beyond };
}

/** A scout that has nothing more, or reports nothing, has explored its ground. */
export function withReport(context: Discovery, report: Report): Change {
  const { from, revision, more, findings } = report;
  const isExplored = (!more || findings.length === 0) && !context.explored.includes(from);
  return {
    ...withFindings(context, report),
    fresh: [...context.fresh, revision],
    explored: isExplored ? [...context.explored, from] : context.explored,
    reports: [...context.reports, revision],
  };
}

export function withHandled(context: Discovery, handled: Handled): Change {
  const { from, revision, outcome } = handled;
  const { findings, beyond } = withFindings(context, handled);
  const { [from]: tag, ...assigned } = context.assigned;
  const before = findings[tag!]!;
  const tried = [...before.tried, from];
  const mayTryOn = outcome === 'blocked' && tried.length < context.limits.attempts;
  const status = mayTryOn ? 'open' : outcome;
  return {
    findings: { ...findings, [tag!]: { ...before, status, result: revision, tried } },
    beyond,
    assigned,
    fresh: [...context.fresh, revision],
  };
}

/** The specialist was refused: the seat was never taken, and its finding is anybody's. */
export function withoutSpecialist(context: Discovery, seat: string, frozen: boolean): Change {
  const findings = { ...context.findings };
  for (const tag in findings)
    if (findings[tag]!.needs === seat) findings[tag] = { ...findings[tag]!, needs: null };
  const { [seat]: _, ...assigned } = context.assigned;
  return {
    findings,
    assigned,
    frozen: context.frozen || frozen,
    joined: context.joined.filter((one) => one !== seat),
    specialists: context.specialists.filter((one) => one !== seat),
    grants: settle(context.grants, seat),
  };
}

/** A seat is gone: what it worked on is given to another. */
export function withFindingFreed({ findings, assigned }: Discovery, seat: string): Change {
  const { [seat]: tag, ...others } = assigned;
  if (tag === undefined) return {};
  const before = findings[tag]!;
  const given = { ...before, tried: [...before.tried, seat] };
  return { assigned: others, findings: { ...findings, [tag]: given } };
}

/** Asked for and not yet answered: it owes a turn that nobody has been granted. */
export const isWanted = ({ grants }: Discovery, { agent }: { agent: string }): boolean =>
  grants.owed[agent] === 0 && grants.given[agent] === undefined;

export const isExploring = ({ assigned }: Discovery, { from }: Report): boolean =>
  !(from in assigned);
export const isHandling = ({ assigned }: Discovery, { from }: Handled): boolean => from in assigned;

export const isScout = ({ scouts }: Discovery, seat: string): boolean => scouts.includes(seat);
