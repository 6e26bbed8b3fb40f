import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import { reportOf } from '../../src/projections/report/report.ts';
import { fenced, inline, renderReport } from '../../src/projections/report/report-markdown.ts';
import type { Said } from './given.ts';
import { admitted, draft, formed, given, granted, joined, replied, say } from './given.ts';

const concluded = (more: object = {}) =>
  say(
    'pattern.concluded',
    {
      pattern: 'review-loop',
      outcome: 'completed',
      reason: 'all reviewers approved',
      confidence: 'high',
      result: [4],
      notes: [],
      rounds: 1,
      ...more,
    },
    { actor: 'pattern', to: ['team'] },
  );
const dissolved = (output: object = {}) =>
  say('team.dissolved', {
    status: 'done',
    reason: 'all work done',
    output: { ...output },
    heard: {},
  });

const story = (...ends: Said[]): RecordedEvent[] =>
  given(
    formed('Split the users table', [{ name: 'schema.sql', text: 'create …' }]),
    joined('producer'),
    joined('reviewer-1', 1, { role: 'reviewer' }),
    granted('producer', 1),
    draft('producer', 1, { content: 'The whole plan' }),
    say('artifact.registered', { title: 'Plan', by: 'producer', held: 4, locked: false }),
    granted('reviewer-1', 1, { material: [4] }),
    say('review.approved', { grant: 1, evidence: 'ran it', issues: [] }, { actor: 'reviewer-1' }),
    ...ends,
  );

describe('a report tells', () => {
  it('in seven layers what was asked, made, done, decided, how sure, and what happened', () => {
    const report = reportOf(story(concluded(), dissolved()));
    expect(report.summary).toMatchObject({
      request: 'Split the users table',
      materials: ['schema.sql'],
      pattern: 'review-loop',
      status: 'done',
      reason: 'all work done',
      outcome: 'completed',
      rounds: 1,
      results: [{ revision: 4, by: 'producer', title: 'Plan', text: 'The whole plan' }],
      notes: [],
      elapsedMs: 9000,
    });
    expect(report.artifacts).toMatchObject([{ title: 'Plan', held: 4, text: 'The whole plan' }]);
    expect(report.contributions).toMatchObject([
      { agent: 'producer', turns: 1, iterations: 1, moves: [{ move: 'submit_draft', round: 1 }] },
      { agent: 'reviewer-1', role: 'reviewer', moves: [{ move: 'approve', revision: 7 }] },
    ]);
    expect(report.confidence).toEqual({ level: 'high', why: 'all work done' });
    expect(report.log.map(({ type }) => type)).toContain('review.approved');
    expect(report.rehearsal).toBe(false);
  });

  it('that it is only a rehearsal, when any reply was', () => {
    const events = given(
      formed(),
      joined('producer'),
      [granted('producer', 1), admitted('producer', 2)],
      replied('producer', 2, [], { rehearsal: true }),
    );
    const report = reportOf(events);
    expect(report.rehearsal).toBe(true);
    expect(renderReport(report)).toContain('> **Rehearsal.**');
    expect(renderReport(reportOf(story(concluded())))).not.toContain('Rehearsal');
  });

  it('that a team is still at work', () => {
    const { summary, confidence } = reportOf(story());
    expect(summary).toMatchObject({ status: 'running', outcome: 'incomplete', results: [] });
    expect(summary.notes).toEqual(['incomplete: the team has not come to its end']);
    expect(confidence.level).toBe('low');
  });

  it('that a fallback held, with the notes of the pattern, and what the team said at its end', () => {
    const events = story(
      concluded({ outcome: 'fallback', reason: 'rounds spent', notes: ['not reviewed'] }),
      dissolved({
        confidence: 'low',
        outcome: 'fallback',
        notes: ['not reviewed', 'stopped early'],
      }),
    );
    const report = reportOf(events);
    expect(report.summary.outcome).toBe('fallback');
    expect(report.summary.notes).toEqual([
      'fallback: all work done',
      'not reviewed',
      'stopped early',
    ]);
    expect(report.confidence.level).toBe('low');
  });

  it('that the runtime stopped the team, that limits were near and that seats changed', () => {
    const report = reportOf(
      story(
        say('limit.neared', { limit: 'tokens', used: 8, of: 10 }),
        joined('producer', 2),
        say('seat.lost', { agent: 'reviewer-1', reason: 'silent' }),
        say('team.stopped', { reason: 'poisoned', detail: 'it threw', heard: {} }),
      ),
    );
    expect(report.summary.status).toBe('stopped');
    expect(report.summary.notes).toEqual([
      'incomplete: stopped, it threw',
      'budget: 80 % of the limit of tokens was used',
      'producer was replaced 1 times',
      'the seat of reviewer-1 was lost',
    ]);
  });

  it('the synthesis first, when there is one', () => {
    const synthesis = say(
      'synthesis.submitted',
      {
        grant: 1,
        title: 'All',
        summary: 's',
        content: 'c',
        decisions: [],
        dissent: [],
        confidence: 'medium',
      },
      { actor: 'scribe', to: ['team'] },
    );
    const events = story(concluded(), synthesis, dissolved({ synthesis: 9, result: [4] }));
    expect(reportOf(events).summary.results.map(({ revision }) => revision)).toEqual([9, 4]);
  });
});

/** Headings and tags outside fences: the structure of a Markdown text. */
function structure(markdown: string): string[] {
  let fence = '';
  const found: string[] = [];
  for (const line of markdown.split('\n')) {
    const run = /^`{3,}/.exec(line)?.[0];
    if (fence === '' && run) fence = run;
    else if (fence !== '') {
      if (run && run.length >= fence.length && line === run) fence = '';
    } else if (/^\s*(#|<|>|```)/.test(line) || /(^|[^\\])<[a-z/]/i.test(line)) {
      // A text of blanks makes one line of the log fewer; how many there are is no structure.
      found.push(line.replace(/(?:\d+ )?(Result|revision|lines?).*/, '$1'));
    }
  }
  if (fence !== '') found.push('an open fence');
  return found;
}

describe('as Markdown', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    fc.constantFrom(
      '```\n# Owned',
      '````text\n</details>',
      '</details>\n\n# Owned',
      '\n- [x](javascript:1)\n',
      '~~~\n> quote',
      '<script>',
      '`'.repeat(9),
      '1. one',
      '# no',
    ),
  );

  it('a report keeps its structure, whatever models and people wrote', () => {
    const told = (words: string) =>
      renderReport(
        reportOf(
          given(
            formed(words),
            joined('producer'),
            granted('producer', 1),
            say(
              'draft.submitted',
              { grant: 1, title: words, summary: words, content: words, answers: [] },
              { actor: 'producer', to: ['pattern'] },
            ),
            say('decision.made', {
              subject: words,
              proposedBy: words,
              challengedBy: [words],
              resolution: words,
              basis: words,
            }),
            say('dissent.noted', { by: words, about: words, view: words }),
            say('message.told', { by: words, text: words }),
            say('artifact.registered', { title: words, by: words, path: words, locked: false }),
            concluded({ result: [3], reason: words, notes: [words] }),
          ),
        ),
      );
    const plain = structure(told('words'));
    expect(plain).toContain('## Decisions');
    fc.assert(
      fc.property(nasty, (words) => {
        expect(structure(told(words))).toEqual(plain);
      }),
      { numRuns: 200 },
    );
  });

  it('a text stands in a fence longer than any inside', () => {
    expect(fenced('a\n````\nb').split('\n')[0]).toBe('`````text');
    expect(fenced('plain').split('\n')[0]).toBe('```text');
  });

  it('a text on a line of ours is one line without meaning', () => {
    expect(inline('1. *a*\n<b>')).toBe('1\\. \\*a\\* \\<b\\>');
    expect(inline('- x')).toBe('\\- x');
    expect(inline('x'.repeat(1000)).length).toBeLessThan(410);
  });
});
