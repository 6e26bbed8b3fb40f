/** By whom and where something of merged state was said, as a way there; and how much of a list is not drawn. */
import { RevisionLink } from '../../shell/revision-link.tsx';
import { hrefOf } from '../../shell/route.ts';
import type { TeamView } from '../../shell/team-view.ts';

/** Lines of one list that are drawn. */
export const LISTED = 60;

export const More = ({ count }: { count: number }) =>
  count > LISTED ? <p class="soft">and {count - LISTED} more</p> : null;

export const OfTeam = ({ view, team }: { view: TeamView; team: string }) =>
  team === view.team ? null : <span class="soft">of {team}</span>;

/** Where it was said, as a way there. */
export function Where({
  view,
  said,
}: {
  view: TeamView;
  said: { team: string; revision: number };
}) {
  const { team, revision } = said;
  if (team !== view.team) return <a href={linkOf(team, revision)}>at {revision}</a>;
  return <RevisionLink view={view} revision={revision} />;
}

export const linkOf = (team: string, at?: number): string =>
  hrefOf({ name: 'team', team, at, panel: undefined });
