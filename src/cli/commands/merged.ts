/** `horde merged`: the merged state of a team and all teams below it, now or at a moment of the past. */
import { childId } from '../../actors/children/child-id.ts';
import type { EventOf, RecordedEvent } from '../../events/event.ts';
import { type TeamId, teamId, teamStream } from '../../events/ids.ts';
import { NO_STREAM } from '../../events/store.ts';
import type { teamForked } from '../../events/words/fork.ts';
import { project } from '../../projections/kit/projection.ts';
import { emptyMerged, merge, merged as projection } from '../../projections/merged/merged.ts';
import { renderMerged } from '../../projections/merged/merged-text.ts';
import { mergedView } from '../../projections/merged/merged-view.ts';
import type { Command } from '../command.ts';
import { AT } from '../options.ts';
import {
  type Cut,
  cutAt,
  hadHappened,
  type PastOptions,
  type Reading,
  reading,
} from '../reading.ts';
import { harmless } from '../terminal-text.ts';

export default {
  options: [AT],
  action: (call) =>
    reading(call, async (site) => {
      const cut = call.options.at === undefined ? undefined : await cutAt(site, call.options.at);
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
    }),
} satisfies Command<[team: string], PastOptions>;

interface Relative {
  team: TeamId;
  /** Up to the last turn that had ended. */
  events: RecordedEvent[];
}

/** The team, then those below it, each after the one that began it. */
async function* family(site: Reading, cut: Cut | undefined): AsyncGenerator<Relative> {
  const root = site.team.id;
  const events = await pastOf(site, root, (event) => !cut || event.revision <= cut.revision);
  yield { team: root, events };
  const above = await holderOf(site, cut);
  const waiting = await teamsBelow(site, above.team, events);
  const known = new Set<TeamId>();
  for (let team = waiting.shift(); team !== undefined; team = waiting.shift()) {
    if (known.has(team)) continue;
    known.add(team);
    const stood = await pastOf(site, team, (event) => !above.cut || hadHappened(above.cut, event));
    if (stood.length === 0) continue;
    yield { team, events: stood };
    waiting.push(...(await teamsBelow(site, team, stood)));
  }
}

/**
 * The team below which others stood at that moment. A fork was its origin up to where it was forked, and its copy of
 * that past has younger places in the store.
 */
async function holderOf(
  { runtime, team: root }: Reading,
  cut: Cut | undefined,
): Promise<{ team: TeamId; cut: Cut | undefined }> {
  if (cut === undefined) return { team: root.id, cut };
  for await (const event of root.events({ from: cut.revision + 1 })) {
    if (event.type !== 'team.forked') continue;
    const { origin } = (event as EventOf<typeof teamForked>).data;
    if (origin.revision < cut.revision) continue;
    const team = teamId(origin.team);
    for await (const { position } of runtime.team(team).events({ from: cut.revision }))
      return { team, cut: { ...cut, position } };
  }
  return { team: root.id, cut };
}

/** Turns are shown whole: a stream is cut at the end of the last one that is included. */
async function pastOf(
  { runtime }: Reading,
  team: TeamId,
  isIncluded: (event: RecordedEvent) => boolean,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  let whole = 0;
  for await (const event of runtime.team(team).events()) {
    if (!isIncluded(event)) break;
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
