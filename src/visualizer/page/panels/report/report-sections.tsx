/** The layers of the report below its summary: contributions, decisions, confidence, dissent, findings. */
import type { Contribution, Report } from '../../../../projections/report/report-layers.ts';
import { RevisionLink } from '../../shell/revision-link.tsx';
import type { TeamView } from '../../shell/team-view.ts';
import { shortLine, typeInWords } from '../../timeline/message-gist.ts';

/** Entries of a list that are drawn. */
export const REPORT_LISTED = 100;

export function ContributionsSection(props: {
  view: TeamView;
  contributions: readonly Contribution[];
}) {
  return (
    <section>
      <h2>What each agent did</h2>
      <table>
        <thead>
          <tr>
            {['Agent', 'Role', 'Turns', 'Handed in', 'Messages', 'Calls', 'Tokens', 'Cost'].map(
              (title) => (
                <th key={title}>{title}</th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {props.contributions.slice(0, REPORT_LISTED).map((one) => (
            <tr key={one.agent}>
              <th scope="row">{shortLine(one.agent, 60)}</th>
              <td>
                {shortLine(one.role, 60)}
                <div class="soft">
                  {shortLine(one.agentType, 60)}, {shortLine(one.model, 60)}
                </div>
                {one.lost && <div class="problem">its seat was lost</div>}
              </td>
              <td class="number">{one.turns}</td>
              <td>
                {one.moves.slice(0, 12).map(({ move, revision, round }) => (
                  <div key={revision}>
                    {typeInWords(move).replaceAll('_', ' ')}
                    {round > 0 && `, round ${round}`}{' '}
                    <RevisionLink view={props.view} revision={revision} />
                  </div>
                ))}
                {one.moves.length > 12 && <div>and {one.moves.length - 12} more</div>}
              </td>
              <td class="number">{one.messages}</td>
              <td class="number">{one.modelCalls}</td>
              <td class="number">{one.tokens.toLocaleString('en')}</td>
              <td class="number">${one.usd.toFixed(4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function DecisionsSection({ view, report }: { view: TeamView; report: Report }) {
  const { made, interventions } = report.decisions;
  return (
    <section>
      <h2>Decisions</h2>
      {made.length === 0 && <p class="soft">None was recorded.</p>}
      <ul>
        {made.slice(0, REPORT_LISTED).map((one) => (
          <li key={`${one.revision} ${one.subject}`}>
            <b>{shortLine(one.subject)}</b>: {shortLine(one.resolution, 600)}{' '}
            <span class="soft">
              ({one.byPerson ? 'decided by a person' : one.basis}; proposed by{' '}
              {shortLine(one.proposedBy || 'nobody in particular', 60)}
              {one.challengedBy.length > 0 &&
                `, challenged by ${shortLine(one.challengedBy.join(', '))}`}
              )
            </span>{' '}
            <RevisionLink view={view} revision={one.revision} />
          </li>
        ))}
      </ul>
      {interventions.length > 0 && (
        <>
          <h3>What people did</h3>
          <ul>
            {interventions.slice(0, REPORT_LISTED).map(({ revision, by, what, text }) => (
              <li key={revision}>
                <b class="report-person">{shortLine(by, 60)}</b> {what} {shortLine(text)}{' '}
                <RevisionLink view={view} revision={revision} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

export function ConfidenceSection({ report }: { report: Report }) {
  const { level, why } = report.confidence;
  return (
    <section>
      <h2>Confidence</h2>
      <p>
        <b class={`report-confidence ${level}`}>{level}</b>: {shortLine(why, 900)}
      </p>
    </section>
  );
}

export function DissentSection({ view, report }: { view: TeamView; report: Report }) {
  return (
    <section>
      <h2>Dissent</h2>
      {report.dissent.length === 0 && <p class="soft">None remained.</p>}
      <ul>
        {report.dissent.slice(0, REPORT_LISTED).map(({ by, about, view: held, revision }) => (
          <li key={`${revision} ${by} ${about}`}>
            <b>{shortLine(by, 60)}</b> on {shortLine(about)}: {shortLine(held, 900)}{' '}
            <RevisionLink view={view} revision={revision} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function FindingsSection({
  view,
  report: { findings },
}: {
  view: TeamView;
  report: Report;
}) {
  if (findings.length === 0) return null;
  return (
    <section>
      <h2>Findings ({findings.length})</h2>
      <ul>
        {findings.slice(0, REPORT_LISTED).map(({ tag, title, severity, by, task, revision }) => (
          <li key={tag}>
            <b>{shortLine(severity, 20)}</b> {shortLine(tag, 60)}: {shortLine(title)}{' '}
            <span class="soft">
              (found by {shortLine(by, 60)}; {task ?? 'nobody took it up'})
            </span>{' '}
            <RevisionLink view={view} revision={revision} />
          </li>
        ))}
      </ul>
    </section>
  );
}
