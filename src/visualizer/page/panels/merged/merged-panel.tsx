/** The merged state as it stood: who is in which team, what is to be done, made, decided, disputed, found and counted. */

import { useMemo } from 'preact/hooks';
import { merged } from '../../../../projections/merged/merged.ts';
import type { MemberShown, TeamShown } from '../../../../projections/merged/merged-teams.ts';
import {
  type ArtifactShown,
  type MergedView,
  mergedView,
  type SaidAt,
} from '../../../../projections/merged/merged-view.ts';
import { whyWords } from '../../../../projections/verdict/verdict-words.ts';
import type { Panel } from '../panel.ts';
import './merged-panel.css';
import type { TeamView } from '../../shell/team-view.ts';
import { VerdictBadge } from '../../shell/verdict-badge.tsx';
import { shortLine } from '../../timeline/message-gist.ts';
import { ChildTeamsSection, useChildTeams } from './child-teams-section.tsx';
import { LISTED, linkOf, More, OfTeam, Where } from './where-said.tsx';

export const mergedPanel: Panel = { name: 'merged', title: 'Merged state', Shown: MergedPanel };

function MergedPanel({ view }: { view: TeamView }) {
  const at = view.at.value;
  view.version.value;
  const children = useChildTeams(view);
  children?.version.value;
  const time = view.story.events[at]?.meta.at ?? 0;
  const own = view.story.at(merged, at);
  const state = children?.merged(own, time) ?? own;
  const shown = useMemo(() => mergedView(state), [state]);
  if (shown.teams.length === 0) return <p class="nothing">Nothing is known yet.</p>;
  return (
    <div class="merged">
      <p class="soft">
        What all say of themselves, brought together: the same whatever the order in which it is
        heard. The child teams stand where they stood at that time, by their clocks.
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
      <ChildTeamsSection view={view} teams={children?.at(time) ?? []} />
    </div>
  );
}

function Team({ team, isOwn }: { team: TeamShown; isOwn: boolean }) {
  const { phase, round, origin, parent, limits, used } = team;
  const why = whyWords(team);
  const limit = limits.tokens === null ? '' : ` of ${limits.tokens.toLocaleString('en')}`;
  return (
    <section>
      <h2>
        {isOwn ? team.team : <a href={linkOf(team.team)}>{team.team}</a>}{' '}
        <VerdictBadge verdict={team} /> {shortLine(team.pattern, 60)}
        {team.rehearsal && <span class="merged-rehearsal"> rehearsal</span>}
      </h2>
      <p>
        {round && `Round ${round.round} of ${round.of}: ${shortLine(round.title, 80)}. `}
        {phase !== null && `Phase: ${phase}. `}
        {why !== '' && `Ended: ${shortLine(why)}. `}
        {parent !== null && (
          <>
            A child of <a href={linkOf(parent)}>{parent}</a>.{' '}
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
      {team.notes.length > 0 && <p class="soft">{shortLine(team.notes.join('; '))}</p>}
    </section>
  );
}

function Members({ members }: { members: readonly MemberShown[] }) {
  return (
    <ul class="merged-members">
      {members.slice(0, LISTED).map(({ actor, machine, role, agentType, incarnation, status }) => (
        <li key={actor} class={status}>
          <b>{shortLine(actor, 60)}</b> {status}
          <div class="soft">
            {shortLine(agentType ?? machine, 60)}
            {role !== null && role !== actor && `, ${shortLine(role, 60)}`}
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
                  <b>{shortLine(task.title)}</b> <OfTeam view={view} team={task.team} />
                  <div class="soft">{shortLine(task.note)}</div>
                </td>
                <td>{task.status}</td>
                <td>{shortLine(task.owner ?? 'nobody', 60)}</td>
                <td>{shortLine(task.blockedBy.join(', '))}</td>
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
            <b>{shortLine(one.title)}</b> by {shortLine(one.by, 60)}
            {one.locked && <span class="merged-agreed"> agreed, locked</span>}{' '}
            {one.path !== null && <code>{shortLine(one.path)}</code>}{' '}
            {one.hash !== null && <code class="soft">{one.hash.slice(0, 10)}</code>}{' '}
            <Where view={view} said={one} />
            {one.contested.map((other) => (
              <div key={`${other.team} ${other.revision}`} class="merged-contested">
                Contested: {other.team} holds another version, by {shortLine(other.by, 60)}{' '}
                {other.hash?.slice(0, 10)} <Where view={view} said={other} />
              </div>
            ))}
            {one.writtenAfterLock && (
              <div class="merged-contested">
                Written after it was agreed, by {shortLine(one.writtenAfterLock.by, 60)}{' '}
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

function Lines<Line extends SaidAt>(props: {
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
            {shortLine(text(line), 400)} <OfTeam view={view} team={line.team} />{' '}
            <Where view={view} said={line} />
          </li>
        ))}
      </ul>
      <More count={lines.length} />
    </section>
  );
}
