import { describe, expect, it } from 'vitest';
import {
  conversation,
  conversationRequest,
} from '../../src/projections/conversation/conversation.ts';
import { project } from '../../src/projections/kit/projection.ts';
import { admitted, formed, given, granted, joined, message, replied, use } from './given.ts';

const send = (to: string, text: string) => use(`to-${to}`, 'send_message', { to, text });
const begin = [
  formed(),
  joined('ann'),
  joined('ben'),
  [granted('ann', 1), admitted('ann', 3)],
  [granted('ben', 1), admitted('ben', 5)],
];

/** What an agent is shown next. */
function shown(agent: string, ...events: Parameters<typeof given>) {
  const all = given(...(begin as typeof events), ...events);
  const { messages } = conversationRequest(project(conversation, all), agent, all.length - 1)!;
  return messages.at(-1)!.content.map((block) => String(block['text'] ?? block['content']));
}

/** Ann writes while Ben thinks; Ben, who has not read it, writes to Ann. */
const crossing = [
  [replied('ann', 3, [send('ben', 'Use v1')]), message('ann', ['ben'], 1, 'Use v1')],
  [replied('ben', 5, [send('ann', 'Use v2')]), message('ben', ['ann'], 1, 'Use v2')],
] as Parameters<typeof given>;

describe('Messages that cross', () => {
  it('are known by their numbers, to the one who reads the later of them', () => {
    const [, letter] = shown('ann', ...crossing);
    expect(letter).toContain('<data kind="message" from="ben" seq="1">');
    expect(letter).toContain('It crossed with your message 1: ben had not read that');
  });

  it('and to the one who wrote it, who is shown the other side now', () => {
    const [sent, letter] = shown('ben', ...crossing);
    expect(sent).toMatch(/^Message 1 sent\. It crossed with message 1 of ann.* go by the newest/);
    expect(letter).toContain('Use v1');
    expect(letter).not.toContain('crossed');
  });

  it('are not those that answer what was read', () => {
    const read = [
      crossing[0]!,
      [replied('ben', 5, [send('ann', 'Use v2')]), message('ben', ['ann'], 1, 'Use v2')],
      [granted('ben', 2), admitted('ben', 12)],
      [replied('ben', 12, [send('ann', 'Then v1')]), message('ben', ['ann'], 2, 'Then v1')],
    ] as Parameters<typeof given>;
    const words = shown('ann', ...read).filter((text) => text.includes('from="ben"'));
    expect(words.map((text) => text.includes('crossed'))).toEqual([true, false]);
  });

  it('are not those of a third', () => {
    const third = [
      [replied('ben', 5, [send('ann', 'Hello')]), message('ben', ['ann'], 1, 'Hello')],
    ] as Parameters<typeof given>;
    expect(shown('ann', ...third).join()).not.toContain('crossed');
  });
});
