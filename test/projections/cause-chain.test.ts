/** Why something was said, held on a rehearsed review. */
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../src/events/amounts.ts';
import { tokensOf } from '../../src/events/amounts.ts';
import { artifactRevision, causeChain } from '../../src/projections/causes/cause-chain.ts';
import { cutsOf, rehearse } from '../properties/rehearsed-teams.ts';

const stage = await rehearse({ seed: 2 });
await stage.run('o', { pattern: 'review-loop', seed: 2 });
const events = await stage.events('o');

describe('why', () => {
  it('goes back from every event to the request or to a new leader, each step earlier than the next', () => {
    for (const { revision } of events) {
      const { steps, origin } = causeChain(events, revision);
      expect(steps.at(-1)!.revision).toBe(revision);
      for (let i = 1; i < steps.length; i++)
        expect(steps[i - 1]!.revision).toBeLessThan(steps[i]!.revision);
      expect(origin).toBe(
        events[steps[0]!.revision]!.type === 'leader.took' ? 'leader' : 'request',
      );
    }
  });

  it('tells of a second draft that it answers a review, with what was shown and what it cost', () => {
    const draft = events.filter(({ type }) => type === 'draft.submitted')[1]!;
    const { steps, tokens } = causeChain(events, draft.revision);
    const types = steps.map(({ type }) => type);
    expect(types[0]).toBe('team.formed');
    expect(types.filter((type) => /replied|submitted|requested/.test(type))).toEqual([
      'model.replied',
      'draft.submitted',
      'model.replied',
      'changes.requested',
      'model.replied',
      'draft.submitted',
    ]);
    const review = events.find(({ type }) => type === 'changes.requested')!;
    expect(steps.at(-2)!.grant!.material).toContainEqual({
      revision: review.revision,
      type: 'changes.requested',
      by: 'reviewer-1',
    });
    const paid = steps
      .filter(({ type }) => type === 'model.replied')
      .map(({ revision }) => revision);
    const used = paid.map((revision) => tokensOf(events[revision]!.data['usage'] as Usage));
    expect(tokens).toBe(used.reduce((sum, one) => sum + one, 0));
  });

  it('finds an artifact by a part of its title, and gives the event that holds it', () => {
    const drafts = events.filter(({ type }) => type === 'draft.submitted');
    const title = String(drafts[0]!.data['title']);
    expect(artifactRevision(events, title.slice(0, 12).toUpperCase())).toBe(
      drafts.at(-1)!.revision,
    );
    expect(artifactRevision(events, 'no such thing')).toBeUndefined();
  });

  it('says that there is no such revision', () => {
    expect(() => causeChain(events, events.length)).toThrow(
      `there is no revision ${events.length}`,
    );
  });

  it('leads through the shared past in a fork', async () => {
    await stage.fork({ origin: 'o', at: cutsOf(events)[2]!, team: 'f' });
    const forked = await stage.events('f');
    const last = forked.findLast(({ type }) => type === 'pattern.concluded')!;
    expect(causeChain(forked, last.revision)).toMatchObject({ origin: 'request' });
  });
});
