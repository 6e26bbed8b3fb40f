/**
 * Merged state as people and pages read it: teams with their members and what they used, tasks, artifacts,
 * decisions, dissent, findings, and sums over all of them.
 *
 * Invariants
 * 1. It is a function of the merged state alone, order of lists included: equal states are shown equally.
 * 2. A file has one version that stands: the one that was agreed first, else the one that was written last. What
 *    another team, which had not ended by then, holds instead is shown as contested and not lost.
 * 3. A thing of which only the middle is known yet (a task's progress without its creation) waits to be shown.
 */

import { type Dictionary, entriesOf } from './merged-dictionary.ts';
import { compareStamps, type Fields, type Register, type Stamp } from './merged-register.ts';
import type {
  AgreedFacts,
  ArtifactFacts,
  DecisionFacts,
  DissentFacts,
  FindingFacts,
  Merged,
  TaskFacts,
} from './merged-state.ts';
import { compareText, namedIn, type TeamShown, teamsOf } from './merged-teams.ts';
import { countsOf, sumOf, type Totals, totalsOf } from './merged-totals.ts';

export interface MergedView {
  /** Who was formed first stands first. */
  teams: TeamShown[];
  tasks: TaskShown[];
  artifacts: ArtifactShown[];
  decisions: (DecisionFacts & SaidAt)[];
  dissent: (DissentFacts & SaidAt)[];
  findings: (FindingFacts & SaidAt)[];
  total: Totals;
}

/** By which team, and where in its stream. */
export interface SaidAt {
  team: string;
  revision: number;
  at: number;
}

export interface TaskShown extends TaskFacts {
  team: string;
  task: string;
  /** Of the last event about it. */
  revision: number;
}

export interface ArtifactShown extends ArtifactFacts, SaidAt {
  locked: boolean;
  /** What other teams hold under the same path, newest first. */
  contested: FileVersion[];
  /** The newest write to the path that is not what was agreed. */
  writtenAfterLock: FileVersion | null;
}

export type FileVersion = ArtifactFacts & SaidAt;

export function mergedView(state: Merged): MergedView {
  const counts = countsOf(state);
  const teams = teamsOf(state, counts);
  return {
    teams,
    tasks: tasksOf(state, teams),
    artifacts: artifactsOf(state, teams),
    decisions: saidOf(state.decisions),
    dissent: saidOf(state.dissent),
    findings: saidOf(state.findings),
    total: totalsOf(sumOf(counts.values())),
  };
}

function tasksOf({ tasks }: Merged, teams: readonly TeamShown[]): TaskShown[] {
  const order = new Map(teams.map(({ team }, index) => [team, index]));
  const shown: { task: TaskShown; made: Stamp }[] = [];
  for (const [key, { title, blockedBy, owner, status, note }] of entriesOf(tasks)) {
    if (!title || !blockedBy || !owner || !status || !note) continue;
    const [team, task] = namedIn(key);
    const facts = { title: title.value, blockedBy: blockedBy.value, owner: owner.value };
    const revision = Math.max(owner.stamp.revision, status.stamp.revision);
    shown.push({
      task: { team, task, ...facts, status: status.value, note: note.value, revision },
      made: title.stamp,
    });
  }
  shown.sort(
    (a, b) =>
      (order.get(a.task.team) ?? 0) - (order.get(b.task.team) ?? 0) ||
      compareStamps(a.made, b.made) ||
      compareText(a.task.task, b.task.task),
  );
  return shown.map(({ task }) => task);
}

function saidOf<Facts>(dictionary: Dictionary<Register<Facts>>): (Facts & SaidAt)[] {
  return [...entriesOf(dictionary)]
    .sort(([a, one], [b, two]) => compareStamps(one.stamp, two.stamp) || compareText(a, b))
    .map(([key, { value, stamp }]) => ({ ...value, ...saidBy(key, stamp) }));
}

const saidBy = (key: string, { revision, at }: Stamp): SaidAt => ({
  team: namedIn(key)[0],
  revision,
  at,
});

// ---- artifacts

/** What teams hold under one path, or the one text of a title and an author. */
interface Held {
  agreed: Candidate[];
  latest: Candidate[];
}

interface Candidate {
  version: FileVersion;
  stamp: Stamp;
}

function artifactsOf(state: Merged, teams: readonly TeamShown[]): ArtifactShown[] {
  const ends = new Map(teams.map(({ team, endedAt }) => [team, endedAt]));
  const held = new Map<string, Held>();
  const heldAs = (key: string, path: string | null): Held => {
    const name = path === null ? `text ${key}` : `file ${path}`;
    const known = held.get(name) ?? { agreed: [], latest: [] };
    held.set(name, known);
    return known;
  };
  for (const [key, { value, stamp }] of entriesOf(state.agreed))
    heldAs(key, value.path).agreed.push(candidateOf(key, value, stamp));
  for (const [key, fields] of entriesOf(state.artifacts)) {
    const candidate = latestOf(key, fields);
    if (candidate) heldAs(key, candidate.version.path).latest.push(candidate);
  }
  return [...held]
    .map(([name, versions]) => ({ name, artifact: artifactOf(versions, ends) }))
    .sort((a, b) => a.artifact.at - b.artifact.at || compareText(a.name, b.name))
    .map(({ artifact }) => artifact);
}

const candidateOf = (key: string, facts: AgreedFacts, stamp: Stamp): Candidate => ({
  version: { ...facts, ...saidBy(key, stamp) },
  stamp,
});

/** `by`, `path` and `held` are in every word about an artifact, so they carry the newest stamp. */
function latestOf(key: string, fields: Fields<ArtifactFacts>): Candidate | undefined {
  const { title, by, task, path, hash, held } = fields;
  if (!by || !path || !held) return undefined;
  const facts = {
    title: title?.value ?? path.value ?? '',
    by: by.value,
    task: task?.value ?? null,
    path: path.value,
    hash: hash?.value ?? null,
    held: held.value,
  };
  return candidateOf(key, facts, by.stamp);
}

function artifactOf(
  { agreed, latest }: Held,
  ends: ReadonlyMap<string, number | null>,
): ArtifactShown {
  agreed.sort((a, b) => compareStamps(a.stamp, b.stamp));
  latest.sort((a, b) => compareStamps(b.stamp, a.stamp));
  const lock = agreed[0];
  const standing = lock ?? latest[0]!;
  const others = (lock ? agreed : latest).filter(
    ({ version }) =>
      version.team !== standing.version.team &&
      differ(version, standing.version) &&
      !hadEnded(ends.get(version.team), standing.stamp),
  );
  const strayed = lock
    ? latest.find(
        ({ version, stamp }) =>
          compareStamps(stamp, lock.stamp) > 0 && differ(version, lock.version),
      )
    : undefined;
  return {
    ...standing.version,
    locked: lock !== undefined,
    contested: others.sort((a, b) => compareStamps(b.stamp, a.stamp)).map(({ version }) => version),
    writtenAfterLock: strayed?.version ?? null,
  };
}

/** Texts are held by revisions of their own streams, so only files of two teams can be the same. */
const differ = (a: FileVersion, b: FileVersion): boolean =>
  a.hash === null || b.hash === null || a.hash !== b.hash;

/** A team that had ended before does not dispute what came after it. */
const hadEnded = (endedAt: number | null | undefined, { at }: Stamp): boolean =>
  typeof endedAt === 'number' && endedAt <= at;
