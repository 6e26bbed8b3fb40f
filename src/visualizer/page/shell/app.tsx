/** The whole page: which view the address names, and nothing else. */
import { useEffect, useState } from 'preact/hooks';
import { ComparePage } from '../compare/compare-page.tsx';
import { TeamsPage } from '../teams/teams-page.tsx';
import { followAddress, route } from './route.ts';
import { TeamPage } from './team-page.tsx';
import type { Horde, Source, TeamSource } from './team-source.ts';
import { TeamView } from './team-view.ts';

export function App({ source }: { source: Source }) {
  // Before anything is drawn: what is drawn first is what the address names.
  useState(followAddress);
  const at = route.value;
  if ('file' in source)
    return (
      <Team team={source.team} source={source.file} at={at.name === 'team' ? at.at : undefined} />
    );
  const { horde } = source;
  if (at.name === 'team')
    return <Team key={at.team} team={at.team} source={horde} horde={horde} at={at.at} />;
  if (at.name === 'compare')
    return <ComparePage key={`${at.a} ${at.b}`} horde={horde} a={at.a} b={at.b} />;
  return <TeamsPage horde={horde} />;
}

function Team({
  team,
  source,
  horde,
  at,
}: {
  team: string;
  source: TeamSource;
  horde?: Horde;
  at: number | undefined;
}) {
  const [view] = useState(() => new TeamView(team, source, at));
  useEffect(() => {
    void view.open();
    return () => view.close();
  }, [view]);
  return <TeamPage view={view} horde={horde} />;
}
