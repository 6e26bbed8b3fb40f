/** What lists, reports and pages must not leave out: child teams in sums, that a team only rehearsed, every finding. */
import { describe, expect, it } from 'vitest';
import { project } from '../../src/projections/kit/projection.ts';
import { merged } from '../../src/projections/merged/merged.ts';
import { mergedView } from '../../src/projections/merged/merged-view.ts';
import { metrics } from '../../src/projections/metrics/metrics.ts';
import { summarizeMetrics } from '../../src/projections/metrics/metrics-summary.ts';
import { reportOf } from '../../src/projections/report/report.ts';
import { renderReport } from '../../src/projections/report/report-markdown.ts';
import { teams } from '../../src/projections/teams/teams.ts';
import { zoneText } from '../../src/visualizer/page/shell/duration.ts';
import { formed, given, joined, replied, say, USAGE } from './given.ts';

describe('a child team', () => {
  const child = say(
    'team.returned',
    {
      ...{ team: 'c1', pattern: 'review-loop', reason: 'done', confidence: 'high', text: '' },
      ...{ notes: [], usage: USAGE, modelCalls: 7, spent: { tokens: 135, usd: 0.01 } },
      ...{ rehearsal: false, output: {} },
    },
    { to: ['pattern'], work: 'pattern/child@1' },
  );
  const events = given(formed(), joined('ann'), replied('ann', 1, []), child);

  it('counts in the calls and tokens of its parent, once it has ended', () => {
    expect(reportOf(events).summary.modelCalls).toBe(8);
    expect(summarizeMetrics(project(metrics, events))).toMatchObject({
      childCalls: 7,
      total: { modelCalls: 1, outputTokens: 40 },
    });
    expect(project(teams, events).teams['t1']?.tokens).toMatchObject({ input: 230, output: 40 });
  });
});

describe('a rehearsal', () => {
  const { type, data } = formed();
  const begun = (label: string) =>
    given(say(type, { ...data, labels: { pattern: 'review-loop', rehearsal: label } }));

  it.each(['yes', 'true'])('that is labelled "%s" is called one before anyone answers', (label) => {
    const events = begun(label);
    const [inMerged] = mergedView(project(merged, events)).teams;
    expect([
      project(teams, events).teams['t1']?.rehearsal,
      reportOf(events).rehearsal,
      inMerged?.rehearsal,
    ]).toEqual([true, true, true]);
  });
});

describe('findings', () => {
  const finding = (tag: string, severity: string) => ({
    ...{ tag, severity, title: `${tag} is open`, detail: 'd', evidence: 'e', specialist: 'none' },
  });
  const reported = say(
    'findings.reported',
    {
      ...{ grant: 1, title: 'T', summary: 'S', content: 'C', more: false },
      findings: [finding('LOW-1', 'low'), finding('HIGH-1', 'high'), finding('LOW-1', 'low')],
    },
    { actor: 'ann', to: ['pattern'] },
  );
  const made = say('task.created', { task: 'finding-low-1', title: 'LOW-1', blockedBy: [] });
  const report = reportOf(given(formed(), joined('ann'), reported, made));

  it('are all reported, most severe first, also those that nobody took up', () => {
    expect(report.findings.map(({ tag, task }) => [tag, task])).toEqual([
      ['HIGH-1', null],
      ['LOW-1', 'pending'],
    ]);
    expect(renderReport(report)).toMatch(/## Findings[\s\S]*HIGH\\?-1.*nobody took it up/);
  });
});

describe('the clock of the page', () => {
  it('says which it is', () => {
    expect(zoneText(0)).toMatch(/^UTC([+-]\d\d:\d\d)?$/);
  });
});
