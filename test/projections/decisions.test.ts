import { describe, expect, it } from 'vitest';
import { decisions } from '../../src/projections/decisions/decisions.ts';
import { project } from '../../src/projections/kit/projection.ts';
import { itemsOf } from '../../src/projections/kit/sequence.ts';
import { given, say } from './given.ts';

const made = {
  subject: 'Order',
  proposedBy: 'ann',
  challengedBy: ['bob'],
  resolution: 'Tables first',
  basis: 'agreed',
};

describe('decisions', () => {
  it('are told once, though the pattern and the synthesis both tell them', () => {
    const events = given(
      say('decision.made', made, { actor: 'pattern' }),
      say(
        'synthesis.submitted',
        {
          grant: 1,
          title: 'T',
          summary: 'S',
          decisions: [
            { subject: 'Order', resolution: 'Tables first' },
            { subject: 'Size', resolution: '10' },
          ],
          dissent: [{ by: 'bob', about: 'Size', view: '5' }],
          confidence: 'high',
        },
        { actor: 'scribe', to: ['team'] },
      ),
      say('dissent.noted', { by: 'bob', about: 'Size', view: '5' }),
    );
    const state = project(decisions, events);
    expect([...itemsOf(state.decisions)]).toMatchObject([
      { ...made, byPerson: false, revision: 0 },
      { subject: 'Size', proposedBy: 'scribe', basis: 'synthesis', revision: 1 },
    ]);
    expect([...itemsOf(state.dissent)]).toEqual([
      { by: 'bob', about: 'Size', view: '5', revision: 1 },
    ]);
  });

  it('of a person are marked, and so is whatever else a person did', () => {
    const events = given(
      say('decision.made', { ...made, basis: 'person' }),
      say('message.told', { by: 'eve', text: 'Use PostgreSQL' }),
      say('person.answered', { by: 'eve', text: 'fine', approved: true }),
      say('person.answered', { by: 'eve', text: 'no', approved: false }),
      say('person.answered', { by: 'eve', text: 'blue' }),
      say('team.paused', { by: 'eve' }),
      say('team.continued', { by: 'eve' }),
      say('team.stopRequested', { team: 't1', reason: 'enough', by: 'eve' }),
    );
    const state = project(decisions, events);
    expect([...itemsOf(state.decisions)][0]!.byPerson).toBe(true);
    expect([...itemsOf(state.interventions)].map(({ what }) => what)).toEqual([
      'told',
      'approved',
      'declined',
      'answered',
      'paused',
      'continued',
      'asked to stop',
    ]);
  });
});
