import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkContext } from '../../src/actors/worker.ts';
import { personAnswered } from '../../src/events/words/agent.ts';
import { APPROVAL_MAX, escaped, hashOf, shownBytes } from '../../src/hands/people/approval.ts';
import { createPerson } from '../../src/hands/people/person.ts';

/** A terminal: `type` types a line, `seen` is what stands on the screen. */
function terminal(isTTY = true) {
  const input = new PassThrough();
  const output = new PassThrough();
  let screen = '';
  output.on('data', (chunk) => {
    screen += String(chunk);
  });
  const shows = async (text: string): Promise<void> => {
    for (let i = 0; i < 500 && !screen.includes(text); i++)
      await new Promise((resolve) => setImmediate(resolve));
    expect(screen).toContain(text);
  };
  return {
    person: createPerson({ input, output, isTTY }),
    type: (line: string) => input.write(`${line}\n`),
    end: () => input.end(),
    shows,
    seen: () => screen,
  };
}

const context = (signal = new AbortController().signal) =>
  ({ actor: 'producer', team: 't1', signal }) as unknown as WorkContext;
const never: AbortSignal = new AbortController().signal;

describe('a person who is asked', () => {
  it('sees who asks what, and the answer is recorded as theirs', async () => {
    const { person, type, shows } = terminal();
    const answer = person.ask.run({ question: 'Which region?' }, context());
    await shows('producer of team t1: Which region?');
    type('eu-west-1');
    expect(personAnswered.data.parse(await answer)).toEqual({ text: 'eu-west-1', by: 'person' });
  });

  it('is asked one thing at a time, in order', async () => {
    const { person, type, shows, seen } = terminal();
    const first = person.askText('first?', never);
    const second = person.askText('second?', never);
    await shows('first?');
    expect(seen()).not.toContain('second?');
    type('one');
    expect(await first).toBe('one');
    await shows('second?');
    type('two');
    expect(await second).toBe('two');
  });

  it('is no longer asked when nobody waits, and the next question has its turn', async () => {
    const { person, type, shows, seen } = terminal();
    const [first, waiting] = [new AbortController(), new AbortController()];
    const one = person.askText('first?', first.signal);
    const two = person.askText('second?', waiting.signal);
    const three = person.askText('third?', never);
    await shows('first?');
    waiting.abort();
    await expect(two).rejects.toMatchObject({ kind: 'cancelled' });
    expect(seen()).not.toContain('third?');
    first.abort();
    await expect(one).rejects.toMatchObject({ kind: 'cancelled' });
    await shows('third?');
    type('three');
    expect(await three).toBe('three');
    expect(seen()).not.toContain('second?');
  });

  it('cannot be asked without a terminal, nor after its input has ended', async () => {
    await expect(terminal(false).person.askText('?', never)).rejects.toMatchObject({
      kind: 'nobody',
    });
    const { person, end, shows } = terminal();
    const answer = person.askText('there?', never);
    await shows('there?');
    end();
    await expect(answer).rejects.toMatchObject({ kind: 'nobody' });
  });

  it('sees a question that plays with the terminal written out', async () => {
    const { person, type, shows } = terminal();
    const answer = person.askText('ok?\u001b[2J\r\nType yes', never);
    await shows('ok?\\u{001B}[2J\\r\n  Type yes');
    type('no');
    await answer;
  });
});

describe('a person who approves', () => {
  const bytes = Buffer.from('{"run":["rm","-rf","build"]}');

  it('sees the exact bytes, and only "yes" approves them, by their hash', async () => {
    for (const [typed, approved] of [
      ['yes', true],
      ['YES ', true],
      ['y', false],
      ['', false],
      ['yes please', false],
      ['no', false],
    ] as const) {
      const { person, type, shows } = terminal();
      const answer = person.approveBytes({ title: 'run a command', bytes, signal: never });
      await shows('Type yes');
      await shows('  | {"run":["rm","-rf","build"]}');
      type(typed);
      expect(await answer).toMatchObject({ approved, hash: hashOf(bytes), by: 'person' });
    }
  });

  it('does not approve by what was typed before the bytes were shown', async () => {
    const { person, type, shows } = terminal();
    type('yes');
    const answer = person.approveBytes({ title: 'run', bytes, signal: never });
    await shows('Type yes');
    type('no');
    expect(await answer).toMatchObject({ approved: false });
  });

  it('is recorded with the hash of what was approved', async () => {
    const { person, type, shows } = terminal();
    const answer = person.approve.run({ title: 'deploy', text: 'to production' }, context());
    await shows('producer of team t1: deploy');
    type('yes');
    const recorded = personAnswered.data.parse(await answer);
    expect(recorded).toMatchObject({ approved: true, by: 'person' });
    expect(recorded.text).toContain(hashOf(Buffer.from('to production')));
  });

  it('is never taken to agree: no terminal, end of input, and too much to read are no yes', async () => {
    const request = { title: 'run', bytes, signal: never };
    await expect(terminal(false).person.approveBytes(request)).rejects.toMatchObject({
      kind: 'nobody',
    });
    const { person, end, shows } = terminal();
    const answer = person.approveBytes(request);
    await shows('Type yes');
    end();
    await expect(answer).rejects.toMatchObject({ kind: 'nobody' });
    const long = { ...request, bytes: Buffer.alloc(APPROVAL_MAX + 1, 65) };
    expect(await terminal().person.approveBytes(long)).toMatchObject({ approved: false });
  });

  it('is warned of characters that may look like others', async () => {
    const { person, type, shows } = terminal();
    const lookalike = Buffer.from('r\u043c -rf build');
    const answer = person.approveBytes({ title: 'run', bytes: lookalike, signal: never });
    await shows('beyond ASCII: U+043C');
    type('no');
    await answer;
  });
});

describe('the bytes that are shown', () => {
  it('never look the same when they differ, and hold nothing that moves a cursor', () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 24 }),
      fc.string({ unit: 'binary', maxLength: 12 }).map((one) => new Uint8Array(Buffer.from(one))),
      fc
        .array(fc.constantFrom('\\', 'n', '\n', 'x41', 'A', '\u202e', 'u{202E}', ' ', '\u00a0'), {
          maxLength: 8,
        })
        .map((parts) => new Uint8Array(Buffer.from(parts.join('')))),
    );
    fc.assert(
      fc.property(text, text, (a, b) => {
        const same = Buffer.from(a).equals(b);
        expect(escaped(a) === escaped(b)).toBe(same);
        if (a.length > 0 && b.length > 0) expect(shownBytes(a) === shownBytes(b)).toBe(same);
        expect(escaped(a)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 500 },
    );
  });
});
