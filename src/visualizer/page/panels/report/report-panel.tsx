/** The report of a team as of its head, in layers: summary, artifacts, contributions, decisions, confidence, dissent. */

import { useEffect, useState } from 'preact/hooks';
import type { Report, Result } from '../../../../projections/report/report-layers.ts';
import { whyWords } from '../../../../projections/verdict/verdict-words.ts';
import { durationText } from '../../shell/duration.ts';
import { problemOf } from '../../shell/problem.ts';
import { shortLine } from '../../timeline/message-gist.ts';
import type { Panel } from '../panel.ts';
import {
  ConfidenceSection,
  ContributionsSection,
  DecisionsSection,
  DissentSection,
  FindingsSection,
  REPORT_LISTED,
} from './report-sections.tsx';
import './report-panel.css';
import { RevisionLink } from '../../shell/revision-link.tsx';
import type { TeamView } from '../../shell/team-view.ts';
import { TextBox } from '../../shell/text-box.tsx';
import { VerdictBadge } from '../../shell/verdict-badge.tsx';

/** A team at work is asked for its report again, at most this often. */
const AGAIN_MS = 1500;

interface Fetched {
  report?: Report;
  /** The head when it was asked for. */
  head: number;
  problem: string;
}

export const reportPanel: Panel = { name: 'report', title: 'Report', Shown: ReportPanel };

function ReportPanel({ view }: { view: TeamView }) {
  const [{ report, head, problem }, have] = useState<Fetched>({ head: -2, problem: '' });
  const current = view.head.value;
  useEffect(() => {
    if (current < 0 || current === head) return;
    let isWanted = true;
    const fetch = async () => {
      try {
        const fetched = await view.source.report(view.team);
        if (isWanted) have({ report: fetched, head: current, problem: '' });
      } catch (error) {
        if (isWanted) have((before) => ({ ...before, head: current, problem: problemOf(error) }));
      }
    };
    const timer = setTimeout(fetch, head < -1 ? 0 : AGAIN_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [current, head]);
  if (problem !== '' && !report) return <p class="nothing problem">{shortLine(problem)}</p>;
  if (!report) return <p class="nothing">The report is being made…</p>;
  return (
    <article class="report">
      <Standing report={report} head={head} />
      <Summary view={view} report={report} />
      <Artifacts view={view} report={report} />
      <ContributionsSection view={view} contributions={report.contributions} />
      <DecisionsSection view={view} report={report} />
      <ConfidenceSection report={report} />
      <DissentSection view={view} report={report} />
      <FindingsSection view={view} report={report} />
    </article>
  );
}

function Standing({ report, head }: { report: Report; head: number }) {
  const { verdict } = report;
  const { status } = verdict;
  return (
    <header>
      <VerdictBadge verdict={verdict} />{' '}
      {status === 'running' || status === 'paused' ? (
        <b>
          The team {status === 'paused' ? 'is paused' : 'still works'}: this is how far it had come
          by revision {head}.
        </b>
      ) : (
        <span>
          {shortLine(whyWords(verdict))} <span class="soft">(as of revision {head}, its last)</span>
        </span>
      )}
      {report.rehearsal && (
        <p class="report-rehearsal">
          A rehearsal: the scripted model wrote everything here; nobody has thought it through.
        </p>
      )}
    </header>
  );
}

function Summary({ view, report }: { view: TeamView; report: Report }) {
  const { summary } = report;
  const limit =
    summary.tokensLimit === null ? '' : ` of ${summary.tokensLimit.toLocaleString('en')}`;
  return (
    <section>
      <h2>Summary</h2>
      <p class="report-request">{shortLine(summary.request, 600)}</p>
      <p class="soft">
        {summary.pattern}; {summary.rounds} rounds, {summary.modelCalls} model calls,{' '}
        {summary.tokens.toLocaleString('en')}
        {limit} tokens, ${summary.usd.toFixed(4)}, {durationText(summary.elapsedMs)}
        {summary.materials.length > 0 && `; given: ${shortLine(summary.materials.join(', '))}`}
      </p>
      {summary.notes.length > 0 && (
        <ul class="report-notes">
          {[...new Set(summary.notes)].slice(0, REPORT_LISTED).map((note) => (
            <li key={note}>{shortLine(note)}</li>
          ))}
        </ul>
      )}
      <h3>Result</h3>
      {summary.results.length === 0 && <p class="soft">There is none so far.</p>}
      {summary.results.slice(0, REPORT_LISTED).map((result, i) => (
        <ResultText key={result.revision} view={view} result={result} isFirst={i === 0} />
      ))}
    </section>
  );
}

function ResultText(props: { view: TeamView; result: Result; isFirst: boolean }) {
  const { view, result, isFirst } = props;
  const { title, by, summary, text, details, path, revision } = result;
  return (
    <details open={isFirst} class="report-result">
      <summary>
        <b>{shortLine(title)}</b> by {shortLine(by, 60)}{' '}
        <RevisionLink view={view} revision={revision} />
      </summary>
      {summary !== '' && <p>{shortLine(summary, 600)}</p>}
      {path !== null && <p class="mono">{shortLine(path)}</p>}
      {text !== null && <TextBox text={text} label={`Text of ${shortLine(title)}`} />}
      {details !== null && (
        <TextBox text={details} label={`What else was said with ${shortLine(title)}`} />
      )}
    </details>
  );
}

function Artifacts({ view, report }: { view: TeamView; report: Report }) {
  const { artifacts } = report;
  return (
    <section>
      <h2>Artifacts ({artifacts.length})</h2>
      {artifacts.slice(0, REPORT_LISTED).map((artifact) => (
        <details key={artifact.path ?? `${artifact.by} ${artifact.title}`} class="report-result">
          <summary>
            <b>{shortLine(artifact.title)}</b> by {shortLine(artifact.by, 60)}, version{' '}
            {artifact.versions}
            {artifact.locked && ', agreed and locked'}{' '}
            <RevisionLink view={view} revision={artifact.held ?? artifact.revision} />
          </summary>
          {artifact.path !== null && (
            <p class="mono">
              {shortLine(artifact.path)} {artifact.hash?.slice(0, 16)}
            </p>
          )}
          {artifact.text === null ? (
            <p class="soft">Its text stands in the file.</p>
          ) : (
            <TextBox text={artifact.text} label={`Text of ${shortLine(artifact.title)}`} />
          )}
        </details>
      ))}
    </section>
  );
}
