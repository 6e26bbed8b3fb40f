/** What a team may use and has used: the burn-down, the numbers of each agent, and what another budget would have done. */

import { useMemo, useState } from 'preact/hooks';
import { tokensOf } from '../../../../events/amounts.ts';
import type { Metrics } from '../../../../projections/metrics/metrics-state.ts';
import {
  type MetricsSummary,
  summarizeMetrics,
  type TallySummary,
} from '../../../../projections/metrics/metrics-summary.ts';
import type { Panel } from '../panel.ts';
import './budget-panel.css';
import { durationText } from '../../shell/duration.ts';
import { isHorde } from '../../shell/team-source.ts';
import type { TeamView } from '../../shell/team-view.ts';
import { shortLine } from '../../timeline/message-gist.ts';
import { type Axis, BurnDown, type Mark, type Unit } from './burn-down.ts';
import { amountText, BurnDownChart } from './burn-down-chart.tsx';
import { WhatIfForm } from './what-if-form.tsx';

/** Marks that are told in words, and agents that are listed. */
const MARKS_TOLD = 50;
const AGENTS_SHOWN = 60;

export const budgetPanel: Panel = { name: 'budget', title: 'Budget', Shown: BudgetPanel };

function BudgetPanel({ view }: { view: TeamView }) {
  const [axis, setAxis] = useState<Axis>('revision');
  const [unit, setUnit] = useState<Unit>('tokens');
  const burnDown = useMemo(() => new BurnDown(view.story), [view]);
  // Read, so that what comes is drawn.
  view.version.value;
  burnDown.update();
  const metrics = view.story.metricsAt(view.at.value);
  return (
    <div class="budget">
      <div class="budget-choice">
        <Words metrics={metrics} unit={unit} at={view.at.value} />
        <Toggle
          name="Unit"
          value={unit}
          set={setUnit}
          choices={{ tokens: 'tokens', usd: 'money' }}
        />
        <Toggle
          name="Over"
          value={axis}
          set={setAxis}
          choices={{ revision: 'revisions', at: 'time' }}
        />
      </div>
      <BurnDownChart view={view} burnDown={burnDown} axis={axis} unit={unit} />
      <p class="budget-legend soft">
        <i class="settled" /> settled <i class="reserved" /> reserved for calls under way
        {metrics.limits[unit] !== null && (
          <>
            {' '}
            <i class="limit" /> limit
          </>
        )}
      </p>
      <Marks view={view} marks={burnDown.marks} />
      {isHorde(view.source) && <WhatIfForm view={view} horde={view.source} />}
      <Numbers metrics={metrics} />
    </div>
  );
}

function Toggle<Value extends string>(props: {
  name: string;
  value: Value;
  set(value: NoInfer<Value>): void;
  choices: Readonly<Record<Value, string>>;
}) {
  return (
    <fieldset class="budget-toggle" aria-label={props.name}>
      {(Object.entries(props.choices) as [Value, string][]).map(([value, title]) => (
        <button
          type="button"
          key={value}
          aria-pressed={props.value === value}
          onClick={() => props.set(value)}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}

function Words({ metrics, unit, at }: { metrics: Metrics; unit: Unit; at: number }) {
  const { settled, reserved, limits } = metrics;
  const limit = limits[unit];
  const left = limit === null ? null : limit - settled[unit] - reserved[unit];
  return (
    <p class="budget-words">
      At {at}: <b class="number">{amountText(settled[unit], unit)}</b> settled,{' '}
      <b class="number">{amountText(reserved[unit], unit)}</b> reserved
      {limit === null ? (
        ', no limit'
      ) : (
        <>
          {' '}
          of {amountText(limit, unit)}; <b class="number">{amountText(left!, unit)}</b> left
        </>
      )}
    </p>
  );
}

function Marks({ view, marks }: { view: TeamView; marks: readonly Mark[] }) {
  if (marks.length === 0) return null;
  return (
    <ul class="budget-marks">
      {marks.slice(0, MARKS_TOLD).map(({ revision, kind, text }) => (
        <li key={`${kind}${revision}`} class={revision > view.at.value ? 'later' : ''}>
          <button type="button" onClick={() => view.jumpTo(revision)}>
            {revision}
          </button>{' '}
          <span class={`budget-word ${kind}`}>{shortLine(text)}</span>
        </li>
      ))}
      {marks.length > MARKS_TOLD && <li>and {marks.length - MARKS_TOLD} more</li>}
    </ul>
  );
}

/** Percentiles are sorted anew where the numbers are others, and only there. */
function Numbers({ metrics }: { metrics: Metrics }) {
  const summary: MetricsSummary = useMemo(() => summarizeMetrics(metrics), [metrics]);
  const agents = Object.entries(summary.agents).slice(0, AGENTS_SHOWN);
  return (
    <section class="budget-agents" aria-label="Numbers of each agent">
      <h2>Who used what</h2>
      <p class="soft">
        {summary.rehearsal && 'rehearsed: no model was asked · '}
        {durationText(summary.elapsedMs)} so far · {summary.delays} delays
      </p>
      <table>
        <thead>
          <tr>
            {[
              'Agent',
              'Calls',
              'Tokens',
              'Cost',
              'Latency, p95',
              'Failed',
              'Retries',
              'Moves',
              'Tools',
              'Corrected',
            ].map((title) => (
              <th key={title}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {agents.map(([name, tally]) => (
            <Line key={name} name={name} tally={tally} />
          ))}
        </tbody>
        <tfoot>
          <Line name="all" tally={summary.total} />
        </tfoot>
      </table>
    </section>
  );
}

function Line({ name, tally }: { name: string; tally: TallySummary }) {
  const { latencyMs, modelFailures } = tally;
  const failures = Object.entries(modelFailures);
  return (
    <tr>
      <th scope="row">{shortLine(name || 'runtime', 60)}</th>
      <td>{tally.modelCalls}</td>
      <td
        title={`${tally.inputTokens} in, ${tally.outputTokens} out, ${tally.cacheReadTokens} read from the cache, ${tally.cacheWriteTokens} written to it`}
      >
        {tokensOf(tally).toLocaleString('en')}
      </td>
      <td>${tally.usd.toFixed(4)}</td>
      <td title={latencyMs ? `most ${durationText(latencyMs.most)}` : ''}>
        {latencyMs ? `${durationText(latencyMs.median)}, ${durationText(latencyMs.p95)}` : ''}
      </td>
      <td title={failures.map(([kind, count]) => `${kind} ${count}`).join(', ')}>
        {failures.reduce((sum, [, count]) => sum + count, 0)}
      </td>
      <td>{tally.retries}</td>
      <td>{tally.moves}</td>
      <td>
        {tally.toolCalls}
        {tally.toolErrors > 0 && `, ${tally.toolErrors} failed`}
      </td>
      <td>{tally.corrections}</td>
    </tr>
  );
}
