/**
 * A person at a terminal: is asked, and approves. Lines are read by the terminal itself (no raw mode), so
 * that editing, Ctrl-C and Ctrl-D mean what they always mean, and nothing is left behind when a wait ends.
 *
 * Invariants
 * 1. One question at a time, in the order in which they were asked; a cancelled one gives its place up.
 * 2. Without a terminal, or when its input ends, asking fails with kind `nobody`: silence is never a yes.
 * 3. Only a typed "yes" approves, and it approves the bytes that were shown (`approval.ts`), by hash.
 */
import { createInterface } from 'node:readline';
import { type WorkContext, type Worker, WorkFailure } from '../../actors/worker.ts';
import type { TeamId } from '../../events/ids.ts';
import { personAnswered } from '../../events/words/agent.ts';
import { workFailed } from '../../events/words/work.ts';
import {
  APPROVAL_MAX,
  type ApproveBytes,
  escaped,
  hashOf,
  shownBytes,
  strangersIn,
} from './approval.ts';

const ANSWER_MAX = 20_000;

interface PersonOptions {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  /** Whether somebody is there to answer. */
  isTTY: boolean;
  /** Who the answers are recorded as. Default `person`. */
  name?: string;
}

export interface Person {
  /** Input `{ question }`; recorded as `person.answered`. */
  readonly ask: Worker<{ question: string }>;
  /** Input `{ title, text }`; recorded as `person.answered` with `approved`. */
  readonly approve: Worker<{ title: string; text: string }>;
  readonly approveBytes: ApproveBytes;
  /** The bare question, for tools. */
  askText(question: string, signal: AbortSignal, team?: TeamId): Promise<string>;
}

export function createPerson(options: PersonOptions): Person {
  const { isTTY, name = 'person' } = options;
  const line = turnsAtTheTerminal(options);

  const askText = async (question: string, signal: AbortSignal): Promise<string> => {
    if (!isTTY) throw nobody('there is no terminal');
    return (await line(`\n${plain(question)}\n> `, signal)).slice(0, ANSWER_MAX);
  };

  const approveBytes: ApproveBytes = async ({ title, bytes, signal }) => {
    const hash = hashOf(bytes);
    if (bytes.length > APPROVAL_MAX) {
      const text = `${bytes.length} bytes are more than a person can look through (${APPROVAL_MAX})`;
      return { approved: false, hash, by: name, text };
    }
    if (!isTTY) throw nobody('there is no terminal');
    const typed = (await line(approvalText(title, bytes, hash), signal, 'fresh')).trim();
    const approved = /^yes$/i.test(typed);
    return { approved, hash, by: name, text: approved ? 'yes' : typed || 'no' };
  };

  return personBy(name, askText, approveBytes);
}

/** A person by how questions and approvals reach them. */
export function personBy(
  name: string,
  askText: Person['askText'],
  approveBytes: ApproveBytes,
): Person {
  const records = { done: personAnswered, failed: workFailed };
  return {
    askText,
    approveBytes,
    ask: {
      effect: 'repeatable',
      records,
      async run({ question }, { actor, team, signal }: WorkContext) {
        return {
          text: await askText(`${actor} of team ${team}: ${question}`, signal, team),
          by: name,
        };
      },
    },
    approve: {
      effect: 'repeatable',
      records,
      async run({ title, text }, { actor, team, signal }: WorkContext) {
        const bytes = Buffer.from(text, 'utf8');
        const heading = `${actor} of team ${team}: ${title}`;
        const approval = await approveBytes({ title: heading, bytes, signal, team });
        const { approved, by, hash } = approval;
        return { approved, by, text: `${approval.text} (sha256 ${hash})` };
      },
    },
  };
}

const nobody = (why: string): WorkFailure => new WorkFailure('nobody', why);

/** Text of a model for the terminal: it must not move the cursor or speak in our name. */
const plain = (text: string): string =>
  text
    .split('\n')
    .map((part) => escaped(Buffer.from(part, 'utf8')))
    .join('\n  ');

function approvalText(title: string, bytes: Uint8Array, hash: string): string {
  const strangers = strangersIn(bytes);
  return [
    `\n${plain(title)}:`,
    shownBytes(bytes),
    `  ${bytes.length} bytes, sha256 ${hash}`,
    ...(strangers.length > 0 ? [`  Holds characters beyond ASCII: ${strangers.join(' ')}`] : []),
    'Type yes to approve exactly this: ',
  ].join('\n');
}

/** Writes a prompt and reads one line, one prompt after the other. */
function turnsAtTheTerminal({ input, output }: PersonOptions) {
  let last: Promise<unknown> = Promise.resolve();
  return (prompt: string, signal: AbortSignal, kind?: 'fresh'): Promise<string> => {
    const before = last;
    const mine = untilAborted(before, signal).then(() => {
      // A "yes" that was typed before the bytes were shown was meant for something else.
      if (kind === 'fresh') while (input.read() !== null);
      return readLine(input, output, prompt, signal);
    });
    // The next one waits for this one and for those before, whether or not this one gave up.
    last = Promise.allSettled([before, mine]);
    return mine;
  };
}

const cancelled = (): WorkFailure => new WorkFailure('cancelled', 'the question was taken back');

async function untilAborted(before: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw cancelled();
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled());
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([before, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

function readLine(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  prompt: string,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input, terminal: false });
    let settled = false;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', stop);
      lines.close();
      act();
    };
    const stop = (): void =>
      settle(() => {
        output.write('\n(no longer needed)\n');
        reject(cancelled());
      });
    signal.addEventListener('abort', stop, { once: true });
    lines.once('line', (text) => settle(() => resolve(text)));
    lines.once('close', () => settle(() => reject(nobody('the input has ended'))));
    if (signal.aborted) stop();
    else output.write(prompt);
  });
}
