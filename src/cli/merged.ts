/** `horde merged`: the merged state of a team and all teams below it, now or at a moment of the past. */
import { childId } from '../actors/teams-below.ts';
import type { EventOf, RecordedEvent } from '../events/event.ts';
import { type TeamId, teamId, teamStream } from '../events/ids.ts';
import { NO_STREAM } from '../events/store.ts';
import type { teamForked } from '../events/vocabulary/fork.ts';
import { emptyMerged, merge, merged as projection } from '../projections/merged.ts';
import { renderMerged } from '../projections/merged-text.ts';
import { mergedView } from '../projections/merged-view.ts';
import { project } from '../projections/projection.ts';
import { harmless } from './output.ts';
import { type Cut, cutAt, type PastOptions, type Reading, reading } from './reading.ts';

export const merged = (name: string, options: PastOptions): Promise<number> =>
  reading(name, options, async (site) => {
    const cut = options.at === undefined ? undefined : await cutAt(site, options.at);
    const revisions: [team: TeamId, revision: number][] = [];
    let state = emptyMerged;
    for await (const { team, events } of family(site, cut)) {
      state = merge(state, project(projection, events));
      revisions.push([team, events.at(-1)!.revision]);
    }
    const view = mergedView(state);
    site.output.result(
      () => harmless(renderMerged(view)),
      () => ({ team: site.team.id, revisions: Object.fromEntries(revisions), ...view }),
    );
    return 0;
  });

interface Relative {
  team: TeamId;
  /** Up to the last turn that had ended. */
  events: RecordedEvent[];
}

/** The team, then those below it, each after the one that began it. */
async function* family(site: Reading, cut: Cut | undefined): AsyncGenerator<Relative> {
  const known = new Set<TeamId>();
  const waiting = [site.team.id];
  for (let team = waiting.shift(); team !== undefined; team = waiting.shift()) {
    if (known.has(team)) continue;
    known.add(team);
    const events = await pastOf(site, team, cut);
    if (events.length === 0) continue;
    yield { team, events };
    waiting.push(...(await teamsBelow(site, team, events)));
  }
}

/** Turns are shown whole: a stream is cut at the end of the last one that is included. */
async function pastOf({ runtime, team: root }: Reading, team: TeamId, cut: Cut | undefined) {
  const events: RecordedEvent[] = [];
  let whole = 0;
  for await (const event of runtime.team(team).events()) {
    const isIncluded =
      cut === undefined ||
      (team === root.id ? event.revision <= cut.revision : cut.includes(event));
    if (!isIncluded) break;
    events.push(event);
    if (event.meta.last) whole = events.length;
  }
  return events.slice(0, whole);
}

/** Of every work that a team below was to do, the team, if it was begun. */
async function teamsBelow(
  { runtime }: Reading,
  team: TeamId,
  events: readonly RecordedEvent[],
): Promise<TeamId[]> {
  const forks = events.filter(
    (event): event is EventOf<typeof teamForked> => event.type === 'team.forked',
  );
  const begun: TeamId[] = [];
  for (const { type, data, revision } of events) {
    if (type !== 'work.admitted' || data['effect'] !== 'attaching') continue;
    // What ended before a fork stands below its origin only; what was under way goes on below the fork.
    const origins = forks.filter(({ data }) => revision <= data.origin.revision);
    const parents = [team, ...origins.reverse().map(({ data }) => teamId(data.origin.team))];
    for (const parent of parents) {
      const child = childId(parent, String(data['work']));
      if ((await runtime.store.head(teamStream(child))) === NO_STREAM) continue;
      begun.push(child);
      break;
    }
  }
  return begun;
}
