/** Where agents changed their minds, and over what. */
import { describe, expect, it } from 'vitest';
import { changesOfMind } from '../../src/projections/decisions/changes-of-mind.ts';
import { project } from '../../src/projections/kit/projection.ts';
import { rehearse } from '../properties/rehearsed-teams.ts';
import { formed, given, granted, joined, say } from './given.ts';

const ISSUE = { tag: 'RATE-001', severity: 'high', problem: 'no limit', remedy: 'set one' };
const draft = (grant: number) =>
  say(
    'draft.submitted',
    { grant, title: 'Plan', summary: 'a plan', content: 'text', answers: [] },
    { actor: 'producer', to: ['pattern'] },
  );
const refuses = (grant: number) =>
  say('changes.requested', { grant, issues: [ISSUE] }, { actor: 'reviewer', to: ['pattern'] });
const approves = (grant: number) =>
  say(
    'review.approved',
    { grant, evidence: 'all points are met', issues: [] },
    { actor: 'reviewer', to: ['pattern'] },
  );

const BEGIN = [formed(), joined('producer'), joined('reviewer')];

describe('a change of mind', () => {
  it('stands where an agent that refused approves, with what it was shown since', () => {
    const events = given(
      ...BEGIN,
      draft(1),
      granted('reviewer', 1, { material: [3] }),
      refuses(1),
      draft(2),
      granted('reviewer', 2, { material: [6, 5] }),
      approves(2),
    );
    expect(project(changesOfMind, events).changes).toEqual([
      { agent: 'reviewer', revision: 8, before: 5, from: 'against', to: 'for', over: [6] },
    ]);
  });

  it('is none while an agent judges as before', () => {
    const events = given(...BEGIN, refuses(1), draft(2), refuses(2));
    expect(project(changesOfMind, events).changes).toEqual([]);
  });

  it('is none where two agents differ', () => {
    const other = say(
      'review.approved',
      { grant: 1, evidence: 'all points are met', issues: [] },
      { actor: 'second' },
    );
    expect(project(changesOfMind, given(...BEGIN, refuses(1), other)).changes).toEqual([]);
  });

  it('counts a message among what it was over, also one from outside', () => {
    const told = say('message.told', { by: 'anna', text: 'Let it be' }, { to: ['reviewer'] });
    const events = given(...BEGIN, refuses(1), told, approves(2));
    expect(project(changesOfMind, events).changes[0]).toMatchObject({ over: [4] });
  });

  it('names only what was shown before, in teams that were really led', async () => {
    const stage = await rehearse({ seed: 5 });
    let found = 0;
    for (const pattern of ['review-loop', 'consensus-deliberation', 'contract-first-negotiation']) {
      for (const seed of [1, 2, 3]) {
        const id = `${pattern}-${seed}`;
        await stage.run(id, { pattern, seed });
        const events = await stage.events(id);
        for (const change of project(changesOfMind, events).changes) {
          found++;
          expect(events[change.revision]!.meta.actor).toBe(change.agent);
          expect(events[change.before]!.meta.actor).toBe(change.agent);
          for (const revision of change.over) expect(revision).toBeLessThan(change.revision);
        }
      }
    }
    await stage.close();
    expect(found).toBeGreaterThan(0);
  });
});
