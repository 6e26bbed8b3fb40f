/**
 * What the report of each pattern must hold, in all seven layers, whether the team came to its end as intended,
 * had to do without somebody, or ran out of its budget.
 */
import { describe, expect, it } from 'vitest';
import { patterns } from '../../src/machines/patterns/index.ts';
import { reportOf } from '../../src/projections/report/report.ts';
import type { Report } from '../../src/projections/report/report-layers.ts';
import { renderReport } from '../../src/projections/report/report-markdown.ts';
import { rehearse, type TeamOfTest } from '../properties/rehearsed-teams.ts';

const LAYERS = [
  '## Summary',
  '## Artifacts',
  '## What each agent did',
  '## Decisions',
  '## Confidence',
  '## Dissent',
  '## Log',
];

async function reportsOf(team: Omit<TeamOfTest, 'seed'>, seeds: readonly number[]) {
  const reports: Report[] = [];
  for (const seed of seeds) {
    const stage = await rehearse({ seed, failureRate: team.failureRate ?? 0 });
    await stage.run(`team-${seed}`, { ...team, seed });
    reports.push(reportOf(await stage.events(`team-${seed}`)));
    await stage.close();
  }
  return reports;
}

/** What holds of every report of a team that has come to its end. */
function hold(report: Report, pattern: string): void {
  const { summary, artifacts, contributions, decisions, confidence, dissent, log } = report;
  expect(report.rehearsal).toBe(summary.modelCalls > 0);
  expect(summary).toMatchObject({ pattern, request: expect.stringMatching(/./) });
  expect(['done', 'failed']).toContain(summary.status);
  expect(summary.reason).not.toBe('');
  expect(summary.results.length > 0).toBe(summary.status === 'done');
  for (const { title, summary: short, text, path, details } of summary.results) {
    expect(title).not.toMatch(/^[a-z_]+$/);
    expect(`${short}${text ?? ''}${path ?? ''}${details ?? ''}`).not.toBe('');
  }
  expect(new Set(summary.results.map(({ revision }) => revision)).size).toBe(
    summary.results.length,
  );
  if (summary.outcome === 'fallback')
    expect(summary.notes.some((note) => note.startsWith('fallback'))).toBe(true);
  for (const artifact of artifacts) expect(artifact.text ?? artifact.path).not.toBeNull();
  for (const { iterations, moves, turns } of contributions) {
    expect(iterations).toBe(moves.length);
    expect(iterations).toBeLessThanOrEqual(turns);
  }
  for (const { subject, proposedBy, resolution, basis } of decisions.made)
    for (const text of [subject, proposedBy, resolution, basis]) expect(text).not.toBe('');
  for (const { by, about, view } of dissent)
    for (const text of [by, about, view]) expect(text).not.toBe('');
  expect(log.map(({ revision }) => revision)).toEqual(
    log.map(({ revision }) => revision).sort((a, b) => a - b),
  );
  expect(log.length).toBeGreaterThan(5);
  expect(confidence.why).toContain(summary.reason);
  isSure(report);
  const markdown = renderReport(report);
  expect(LAYERS.map((layer) => markdown.indexOf(`\n${layer}\n`) > 0)).toEqual(
    LAYERS.map(() => true),
  );
}

/** Nobody is sure of what is disputed, forced, or not what was meant; and what stands against it is said. */
function isSure({ confidence, dissent, summary, contributions }: Report): void {
  if (confidence.level === 'high') {
    expect(dissent).toEqual([]);
    expect(summary.outcome).toBe('completed');
    expect(contributions.filter(({ lost }) => lost)).toEqual([]);
  } else if (dissent.length > 0) {
    expect(confidence.why).toMatch(/not resolved/);
  }
}

/** Patterns whose team has been seen to run out of its budget. */
const fallbacks = new Set<string>();

for (const pattern of Object.keys(patterns)) {
  describe(`The report of ${pattern}`, () => {
    it('is filled in all its layers when the team comes to its end as intended', async () => {
      for (const report of await reportsOf({ pattern }, [1, 2, 3, 4])) {
        hold(report, pattern);
        const { summary, artifacts, contributions } = report;
        expect(summary.status).toBe('done');
        expect(summary.rounds).toBeGreaterThan(0);
        expect(artifacts.length).toBeGreaterThan(0);
        for (const { turns, iterations } of contributions) expect(iterations).toBe(turns);
        expect(contributions.some(({ iterations }) => iterations > 0)).toBe(true);
      }
    });

    it('says what went wrong on the way', async () => {
      for (const report of await reportsOf({ pattern, failureRate: 0.4 }, [5, 6, 7]))
        hold(report, pattern);
    });

    it('says when the budget has ended the team, and gives what there is', async () => {
      for (const tokens of [6_000, 15_000, 30_000]) {
        const limits = { tokens, synthesisTokens: 2_000 };
        for (const report of await reportsOf({ pattern, limits }, [8])) {
          hold(report, pattern);
          expect(report.summary.tokens).toBeLessThanOrEqual(tokens);
          if (report.summary.outcome === 'completed') continue;
          expect(report.summary.notes.join('; ')).toMatch(/tokens/);
          expect(report.confidence.level).not.toBe('high');
          fallbacks.add(pattern);
        }
      }
    });
  });
}

describe('A budget that is too small', () => {
  it('has been met by most patterns above, so that their reports were really looked at', () => {
    expect(fallbacks.size * 2).toBeGreaterThan(Object.keys(patterns).length);
  });
});
