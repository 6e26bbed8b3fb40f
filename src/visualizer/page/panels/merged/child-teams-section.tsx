/** The child teams of a team as they stood, and what of them may be missing. */

import { useEffect, useMemo } from 'preact/hooks';
import { fieldsOf, textIn } from '../../../../events/fields.ts';
import type { TeamLine } from '../../../../projections/teams/teams.ts';
import { verdictWords } from '../../../../projections/verdict/verdict-words.ts';
import { isHorde } from '../../shell/team-source.ts';
import type { TeamView } from '../../shell/team-view.ts';
import { shortLine } from '../../timeline/message-gist.ts';
import { type ChildTeam, ChildTeams } from './child-teams.ts';
import { LISTED, linkOf, More } from './where-said.tsx';

/** Kept up to date as long as the panel is looked at; a file holds one team alone. */
export function useChildTeams(view: TeamView): ChildTeams | undefined {
  const children = useMemo(
    () => (isHorde(view.source) ? new ChildTeams(view.source, view.team) : undefined),
    [view],
  );
  useEffect(() => {
    if (!children) return;
    const { source } = view;
    if (!isHorde(source)) return;
    const take = (all: readonly TeamLine[]) => children.take(all);
    source.teams().then(take, () => undefined);
    const listening = source.listenToTeams(take);
    return () => {
      listening.close();
      children.close();
    };
  }, [view, children]);
  return children;
}

/** The teams that this one has begun, and theirs; each is a stream of its own. */
export function ChildTeamsSection({
  view,
  teams,
}: {
  view: TeamView;
  teams: readonly ChildTeam[];
}) {
  const head = view.head.value;
  const lacks = useMemo(() => lacksOf(view), [view, head]);
  if (teams.length === 0 && lacks.length === 0) return null;
  return (
    <section>
      <h2>Child teams ({teams.length})</h2>
      {lacks.map((lack) => (
        <p key={lack} class="soft">
          {lack}
        </p>
      ))}
      <ul class="merged-list">
        {teams.slice(0, LISTED).map(({ line, revision, lack }) => (
          <li key={line.team}>
            <a href={linkOf(line.team, revision < 0 ? undefined : revision)}>{line.team}</a>{' '}
            {revision >= 0 && `merged up to its revision ${revision}`}
            {revision < 0 && lack === '' && 'had not begun'}
            {lack !== '' && <span class="merged-contested"> {shortLine(lack)}</span>}
            <div class="soft">
              {shortLine(line.pattern, 60)}, now {verdictWords(line)}:{' '}
              {shortLine(line.request, 120)}
            </div>
          </li>
        ))}
      </ul>
      <More count={teams.length} />
    </section>
  );
}

/** What may be missing from what is merged, whatever the revision. */
function lacksOf({ story, source }: TeamView): string[] {
  const lacks: string[] = [];
  if (!isHorde(source))
    lacks.push('A file holds one team: its child teams, if there are any, are not merged.');
  const forked = story.events.findLast(({ type }) => type === 'team.forked');
  const origin = textIn(fieldsOf(forked?.data['origin'])['team']);
  if (origin !== undefined)
    lacks.push(`A fork: teams that ${origin} had begun before are not merged here.`);
  return lacks;
}
