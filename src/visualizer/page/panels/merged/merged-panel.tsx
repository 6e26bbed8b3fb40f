/** The merged state as it stood: who is in which team, what is to be done, made, decided, disputed, found and counted. */
import { useEffect, useMemo } from 'preact/hooks';
import { merged } from '../../../../projections/merged/merged.ts';
import type { MemberShown, TeamShown } from '../../../../projections/merged/merged-teams.ts';
import {
  type ArtifactShown,
  type MergedView,
  mergedView,
  type Said,
} from '../../../../projections/merged/merged-view.ts';
import type { TeamLine } from '../../../../projections/teams/teams.ts';
import './merged-panel.css';
import { RevisionLink } from '../../shell/revision-link.tsx';
import { hrefOf } from '../../shell/route.ts';
import type { Horde } from '../../shell/team-source.ts';
import type { TeamView } from '../../shell/team-view.ts';
import { type TeamBelow, TeamsBelow } from '../../shell/teams-below.ts';
import { oneLine } from '../messages/message-gist.ts';

/** Lines of one list that are drawn. */
const LISTED = 60;

export function MergedPanel({ view }: { view: TeamView }) {
  const at = view.at.value;
  view.version.value;
  const below = useBelow(view);
  below?.version.value;
  const time = view.story.events[at]?.meta.at ?? 0;
  const own = view.story.at(merged, at);
  const state = below?.merged(own, time) ?? own;
  const shown = useMemo(() => mergedView(state), [state]);
  if (shown.teams.length === 0) return <p class="nothing">Nothing is known yet.</p>;
  return (
    <div class="merged">
      <p class="soft">
        What all say of themselves, brought together: the same whatever the order in which it is
        heard. The teams below stand where they stood at that time, by their clocks.
      </p>
      {shown.teams.slice(0, LISTED).map((team) => (
        <Team key={team.team} team={team} isOwn={team.team === view.team} />
      ))}
      <Tasks view={view} shown={shown} />
      <Artifacts view={view} artifacts={shown.artifacts} />
      <Lines
        title="Decisions"
        view={view}
        lines={shown.decisions}
        text={({ subject, resolution, basis }) => `${subject}: ${resolution} (${basis})`}
      />
      <Lines
        title="Dissent"
        view={view}
        lines={shown.dissent}
        text={({ by, about, view: held }) => `${by} on ${about}: ${held}`}
      />
      <Lines
        title="Findings"
        view={view}
        lines={shown.findings}
        text={({ severity, tag, title, by }) => `${severity} ${tag}: ${title} (${by})`}
      />
      <Below view={view} teams={below?.at(time) ?? []} />
    </div>
  );
}

function Team({ team, isOwn }: { team: TeamShown; isOwn: boolean }) {
  const { status, reason, phase, round, confidence, origin, parent, limits, used } = team;
  const limit = limits.tokens === null ? '' : ` of ${limits.tokens.toLocaleString('en')}`;
  return (
    <section>
      <h2>
        {isOwn ? team.team : <a href={linkOf(team.team)}>{team.team}</a>}{' '}
        <span class={`badge ${status}`}>{status}</span> {oneLine(team.pattern, 60)}
        {team.rehearsal && <span class="merged-rehearsal"> rehearsal</span>}
      </h2>
      <p>
        {round && `Round ${round.round} of ${round.of}: ${oneLine(round.title, 80)}. `}
        {phase !== null && `Phase: ${phase}. `}
        {reason !== '' && `Ended: ${oneLine(reason)}. `}
        {confidence !== null && `Confidence: ${confidence}. `}
        {parent !== null && (
          <>
            Below <a href={linkOf(parent)}>{parent}</a>.{' '}
          </>
        )}
        {origin && (
          <>
            A fork of <a href={linkOf(origin.team, origin.revision)}>{origin.team}</a> at{' '}
            {origin.revision}.
          </>
        )}
      </p>
      <p class="merged-counts number">
        {used.tokens.toLocaleString('en')}
        {limit} tokens · ${used.usd.toFixed(4)} · {used.modelCalls} calls, {used.modelFailures}{' '}
        failed · {used.moves} moves · {used.messages} messages · {used.toolCalls} tools,{' '}
        {used.toolErrors} failed · {used.corrections} corrections · {used.forfeits} turns given up ·{' '}
        {used.refusals} refusals
      </p>
      <Members members={team.members} />
      {team.notes.length > 0 && <p class="soft">{oneLine(team.notes.join('; '))}</p>}
    </section>
  );
}

function Members({ members }: { members: readonly MemberShown[] }) {
  return (
    <ul class="merged-members">
      {members.slice(0, LISTED).map(({ actor, machine, role, agentType, incarnation, status }) => (
        <li key={actor} class={status}>
          <b>{oneLine(actor, 60)}</b> {status}
          <div class="soft">
            {oneLine(agentType ?? machine, 60)}
            {role !== null && role !== actor && `, ${oneLine(role, 60)}`}
            {incarnation > 1 && `, incarnation ${incarnation}`}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Tasks({ view, shown }: { view: TeamView; shown: MergedView }) {
  const { tasks } = shown;
  return (
    <section>
      <h2>Tasks ({tasks.length})</h2>
      {tasks.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>Task</th>
              <th>Status</th>
              <th>Owner</th>
              <th>Waits for</th>
              <th>Last said</th>
            </tr>
          </thead>
          <tbody>
            {tasks.slice(0, LISTED).map((task) => (
              <tr key={`${task.team} ${task.task}`}>
                <td>
                  <b>{oneLine(task.title)}</b> <OfTeam view={view} team={task.team} />
                  <div class="soft">{oneLine(task.note)}</div>
                </td>
                <td>{task.status}</td>
                <td>{oneLine(task.owner ?? 'nobody', 60)}</td>
                <td>{oneLine(task.blockedBy.join(', '))}</td>
                <td>
                  <Where view={view} said={task} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <More count={tasks.length} />
    </section>
  );
}

function Artifacts(props: { view: TeamView; artifacts: readonly ArtifactShown[] }) {
  const { view, artifacts } = props;
  return (
    <section>
      <h2>Artifacts ({artifacts.length})</h2>
      <ul class="merged-list">
        {artifacts.slice(0, LISTED).map((one) => (
          <li key={`${one.team} ${one.path ?? one.by} ${one.title}`}>
            <b>{oneLine(one.title)}</b> by {oneLine(one.by, 60)}
            {one.locked && <span class="merged-agreed"> agreed, locked</span>}{' '}
            {one.path !== null && <code>{oneLine(one.path)}</code>}{' '}
            {one.hash !== null && <code class="soft">{one.hash.slice(0, 10)}</code>}{' '}
            <Where view={view} said={one} />
            {one.contested.map((other) => (
              <div key={`${other.team} ${other.revision}`} class="merged-contested">
                Contested: {other.team} holds another version, by {oneLine(other.by, 60)}{' '}
                {other.hash?.slice(0, 10)} <Where view={view} said={other} />
              </div>
            ))}
            {one.writtenAfterLock && (
              <div class="merged-contested">
                Written after it was agreed, by {oneLine(one.writtenAfterLock.by, 60)}{' '}
                <Where view={view} said={one.writtenAfterLock} />
              </div>
            )}
          </li>
        ))}
      </ul>
      <More count={artifacts.length} />
    </section>
  );
}

function Lines<Line extends Said>(props: {
  title: string;
  view: TeamView;
  lines: readonly Line[];
  text(line: Line): string;
}) {
  const { title, view, lines, text } = props;
  if (lines.length === 0) return null;
  return (
    <section>
      <h2>
        {title} ({lines.length})
      </h2>
      <ul class="merged-list">
        {lines.slice(0, LISTED).map((line) => (
          <li key={`${line.team} ${line.revision} ${text(line)}`}>
            {oneLine(text(line), 400)} <OfTeam view={view} team={line.team} />{' '}
            <Where view={view} said={line} />
          </li>
        ))}
      </ul>
      <More count={lines.length} />
    </section>
  );
}

const More = ({ count }: { count: number }) =>
  count > LISTED ? <p class="soft">and {count - LISTED} more</p> : null;

const OfTeam = ({ view, team }: { view: TeamView; team: string }) =>
  team === view.team ? null : <span class="soft">of {team}</span>;

/** Where it was said, as a way there. */
function Where({ view, said }: { view: TeamView; said: { team: string; revision: number } }) {
  const { team, revision } = said;
  if (team !== view.team) return <a href={linkOf(team, revision)}>at {revision}</a>;
  return <RevisionLink view={view} revision={revision} />;
}

const linkOf = (team: string, at?: number): string =>
  hrefOf({ name: 'team', team, at, panel: undefined });

/** Kept up to date as long as the panel is looked at; a file holds one team alone. */
function useBelow(view: TeamView): TeamsBelow | undefined {
  const below = useMemo(
    () => ('teams' in view.source ? new TeamsBelow(view.source, view.team) : undefined),
    [view],
  );
  useEffect(() => {
    if (!below) return;
    const horde = view.source as Horde;
    const take = (all: readonly TeamLine[]) => below.take(all);
    horde.teams().then(take, () => undefined);
    const listening = horde.listenToTeams(take);
    return () => {
      listening.close();
      below.close();
    };
  }, [view, below]);
  return below;
}

/** The teams that this one has begun, and theirs; each is a stream of its own. */
function Below({ view, teams }: { view: TeamView; teams: readonly TeamBelow[] }) {
  const head = view.head.value;
  const lacks = useMemo(() => lacksOf(view), [view, head]);
  if (teams.length === 0 && lacks.length === 0) return null;
  return (
    <section>
      <h2>Teams below ({teams.length})</h2>
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
            {lack !== '' && <span class="merged-contested"> {oneLine(lack)}</span>}
            <div class="soft">
              {oneLine(line.pattern, 60)}, now {line.status}: {oneLine(line.request, 120)}
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
  if (!('teams' in source))
    lacks.push('A file holds one team: teams below it, if there are any, are not merged.');
  const forked = story.events.findLast(({ type }) => type === 'team.forked');
  const origin = forked?.data['origin'] as { team: string } | undefined;
  if (origin) lacks.push(`A fork: teams that ${origin.team} had begun before are not merged here.`);
  return lacks;
}
