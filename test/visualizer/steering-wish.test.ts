/** What a person may say to a team from the page: only while it goes on, only to who is there, and not too much. */
import { describe, expect, it } from 'vitest';
import type { Standing } from '../../src/visualizer/page/shell/cast.ts';
import {
  agentsAtWork,
  TOLD_MAX,
  whyNoSteering,
  whyNotSaid,
} from '../../src/visualizer/page/steering/steering-wish.ts';

const standing = (actor: string, machine: string, status: Standing['status']): Standing => ({
  actor,
  machine,
  role: '',
  state: 'idle',
  before: undefined,
  changedAt: 0,
  status,
});

describe('steering a team', () => {
  it('is open while the team runs or is paused, to a page that may change something', () => {
    expect(whyNoSteering(true, 'running')).toBe('');
    expect(whyNoSteering(true, 'paused')).toBe('');
    expect(whyNoSteering(false, 'running')).toMatch(/open the address with the token/);
  });

  it('says that a team has not begun, or how it has ended', () => {
    expect(whyNoSteering(true, undefined)).toMatch(/not begun/);
    for (const status of ['done', 'failed', 'stopped'] as const)
      expect(whyNoSteering(true, status)).toContain(`has ended: ${status}`);
  });

  it('reaches the agents at work, and no other actor', () => {
    const standings = [
      standing('team', 'team', 'active'),
      standing('gone', 'agent', 'left'),
      standing('producer', 'agent', 'active'),
      standing('over', 'agent', 'done'),
      standing('reviewer', 'agent', 'active'),
    ];
    expect(agentsAtWork(standings)).toEqual(['producer', 'reviewer']);
  });

  it('needs words, and not too many', () => {
    expect(whyNotSaid(' \n', TOLD_MAX)).toMatch(/what is to be said/);
    expect(whyNotSaid(`  ${'x'.repeat(TOLD_MAX)} `, TOLD_MAX)).toBe('');
    expect(whyNotSaid('x'.repeat(TOLD_MAX + 1), TOLD_MAX)).toMatch(/20001 characters/);
  });
});
