/** How a team ended is said in the same words everywhere, and a failure names its cause. */
import { describe, expect, it } from 'vitest';
import { project } from '../../src/projections/kit/projection.ts';
import { merged } from '../../src/projections/merged/merged.ts';
import { mergedView } from '../../src/projections/merged/merged-view.ts';
import { reportOf } from '../../src/projections/report/report.ts';
import { renderReport } from '../../src/projections/report/report-markdown.ts';
import { teams } from '../../src/projections/teams/teams.ts';
import { verdict } from '../../src/projections/verdict/verdict.ts';
import { toneOf, verdictWords, whyWords } from '../../src/projections/verdict/verdict-words.ts';
import { formed, given, joined, replied, say } from './given.ts';

const concluded = (outcome: 'completed' | 'fallback', confidence: string) =>
  say('pattern.concluded', {
    ...{ pattern: 'review-loop', outcome, reason: 'rounds spent', confidence },
    ...{ result: [], notes: [], rounds: 1 },
  });
const dissolved = (status: 'done' | 'failed', output = {}) =>
  say('team.dissolved', { status, reason: `it is ${status}`, output, heard: {} });
const refused = (agent: string, message = '401 authentication_error: invalid x-api-key') =>
  say(
    'model.failed',
    { kind: 'authentication', message, latencyMs: 1 },
    { to: [agent], work: `${agent}/reply@2` },
  );
const teamFailed = say(
  'team.failed',
  { kind: 'failed', message: 'nobody was left', team: 'c1' },
  { to: ['pattern'], work: 'pattern/child@2' },
);

const verdictOf = (...said: ReturnType<typeof say>[]) =>
  project(verdict, given(formed(), joined('ann'), ...said));
const wordsOf = (...said: ReturnType<typeof say>[]) => {
  const judged = verdictOf(...said);
  return `${toneOf(judged)}: ${verdictWords(judged)}`;
};

describe('a verdict', () => {
  it('is good news only where the work was completed as intended and is not doubted', () => {
    expect(wordsOf(concluded('completed', 'high'), dissolved('done'))).toBe(
      'good: completed, high confidence',
    );
    expect(wordsOf(concluded('fallback', 'medium'), dissolved('done'))).toBe(
      'doubtful: fallback, medium confidence',
    );
    expect(wordsOf(concluded('completed', 'low'), dissolved('done'))).toBe(
      'doubtful: completed, low confidence',
    );
    expect(wordsOf(dissolved('failed'))).toBe('bad: failed');
    expect(wordsOf(say('team.stopped', { reason: 'stopped', detail: '', heard: {} }))).toBe(
      'bad: stopped',
    );
  });

  it('of a team without a pattern says that it is done, and no more', () => {
    expect(wordsOf(dissolved('done'))).toBe('good: done');
  });

  it('takes what the team says at its end before what its pattern said', () => {
    const output = { outcome: 'fallback', confidence: 'low' };
    expect(wordsOf(concluded('completed', 'high'), dissolved('done', output))).toBe(
      'doubtful: fallback, low confidence',
    );
  });

  it('says paused of a team that is paused, and running when it goes on', () => {
    const paused = say('team.paused', { by: 'eve' });
    expect([wordsOf(paused), whyWords(verdictOf(paused))]).toEqual(['paused: paused', 'by eve']);
    expect(wordsOf(paused, say('team.continued', { by: 'eve' }))).toBe('going: running');
  });
});

describe('the cause of an end', () => {
  it('is the failure that was not made good, with whom it struck', () => {
    expect(whyWords(verdictOf(refused('ann'), dissolved('failed')))).toBe(
      'it is failed, because of ann: 401 authentication_error: invalid x-api-key',
    );
  });

  it('is none that was made good by an answer, and none of a team that ended as intended', () => {
    const answered = replied('ann', 2, []);
    expect(verdictOf(refused('ann'), answered, dissolved('failed')).cause).toBeNull();
    const well = [refused('ann'), concluded('completed', 'high'), dissolved('done')] as const;
    expect(verdictOf(...well).cause).toBeNull();
  });

  it('is the newest of several, and that of a child team names the team', () => {
    expect(verdictOf(refused('ann'), refused('bob', '529'), dissolved('failed')).cause).toBe(
      'bob: 529',
    );
    expect(verdictOf(refused('ann'), teamFailed, dissolved('failed')).cause).toBe(
      'child team c1: nobody was left',
    );
  });

  it('stands in the report, its notes and the list of teams', () => {
    const events = given(formed(), joined('ann'), refused('ann'), dissolved('failed'));
    const cause = 'ann: 401 authentication_error: invalid x-api-key';
    const report = reportOf(events);
    expect(report.verdict).toMatchObject({ status: 'failed', outcome: 'incomplete', cause });
    expect(report.summary.notes).toContain(`cause: ${cause}`);
    expect(renderReport(report)).toContain(
      'verdict: **failed**: it is failed, because of ann: 401',
    );
    expect(project(teams, events).teams['t1']).toMatchObject({ status: 'failed', cause });
  });
});

describe('list, report and merged state', () => {
  it.each([
    [[concluded('completed', 'high'), dissolved('done')]],
    [[concluded('fallback', 'low'), dissolved('done')]],
    [[dissolved('done')]],
    [[dissolved('failed')]],
    [[say('team.paused', { by: 'eve' })]],
    [[]],
  ])('say the same words of one team', (said) => {
    const events = given(formed(), joined('ann'), ...said);
    const inList = project(teams, events).teams['t1'];
    const [inMerged] = mergedView(project(merged, events)).teams;
    if (!inList || !inMerged) throw new Error('the team is not shown');
    const words = [inList, inMerged, reportOf(events).verdict].map(verdictWords);
    expect(new Set(words).size).toBe(1);
  });
});
