import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topicMatches } from '../../src/events/topics.ts';

const part = fc.constantFrom('task', 'agent', 'turn', 'created', 'ended');
const topic = fc.array(part, { minLength: 1, maxLength: 4 });
const join = (parts: readonly string[]): string => parts.join('.');

/** The documented meaning, said another way: a regular expression. */
function meaning(pattern: readonly string[]): RegExp {
  const parts = pattern.map((one, index) => {
    if (one === '*') return '[^.]+';
    return one === '>' && index === pattern.length - 1 ? '[^.]+(\\.[^.]+)*' : one;
  });
  return new RegExp(`^${parts.join('\\.')}$`);
}

const pattern = fc
  .tuple(fc.array(fc.oneof(part, fc.constant('*')), { maxLength: 4 }), fc.boolean())
  .map(([parts, open]) => (open ? [...parts, '>'] : parts))
  .filter((parts) => parts.length > 0);

describe('a topic', () => {
  it('matches as documented, for any pattern and type', () => {
    fc.assert(
      fc.property(pattern, topic, (wanted, type) => {
        expect(topicMatches(join(wanted), join(type))).toBe(meaning(wanted).test(join(type)));
      }),
      { numRuns: 2000 },
    );
  });

  it('matches itself, and with any one part left open', () => {
    fc.assert(
      fc.property(topic, fc.nat(3), (parts, index) => {
        const type: string[] = parts;
        const at = index % type.length;
        expect(topicMatches(join(type), join(type))).toBe(true);
        expect(topicMatches(join(type.with(at, '*')), join(type))).toBe(true);
        expect(topicMatches(join([...type.slice(0, at), '>']), join(type))).toBe(true);
      }),
    );
  });

  it('of one level hears no deeper one, and an open end needs at least one part', () => {
    expect(topicMatches('task.*', 'task.created')).toBe(true);
    expect(topicMatches('task.*', 'task.created.twice')).toBe(false);
    expect(topicMatches('task.*', 'task')).toBe(false);
    expect(topicMatches('agent.>', 'agent.joined')).toBe(true);
    expect(topicMatches('agent.>', 'agent.turn.ended')).toBe(true);
    expect(topicMatches('agent.>', 'agent')).toBe(false);
    expect(topicMatches('>', 'anything.at.all')).toBe(true);
    expect(topicMatches('task', 'tasks')).toBe(false);
  });
});
