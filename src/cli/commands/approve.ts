/**
 * `horde approve`: shows what of a team waits for a person, and answers it, from any process.
 *
 * Invariants
 * 1. A yes names the hash of the bytes that stand at the desk: exactly these are approved.
 * 2. Nothing is answered that does not wait any more.
 */

import { deskStream } from '../../events/ids.ts';
import { pages } from '../../events/store.ts';
import { escaped, shownBytes, strangersIn } from '../../hands/people/approval.ts';
import { BadUsage } from '../bad-usage.ts';
import { type Command, type CommandCall, option } from '../command.ts';
import { type Reading, type ReadingOptions, reading } from '../reading.ts';
import { speaking } from '../speaking.ts';
import { harmless } from '../terminal-text.ts';

export interface ApproveOptions extends ReadingOptions {
  yes?: boolean;
  no?: boolean;
}

interface Waiting {
  question: string;
  kind: 'question' | 'approval';
  title: string;
  bytes: Buffer;
  hash: string;
}

type ApproveCall = CommandCall<
  [team: string, question: string | undefined, answer: string[]],
  ApproveOptions
>;

export default {
  options: [option('--yes', 'approve it as it was shown'), option('--no', 'refuse it')],
  action(call) {
    const [, question] = call.words;
    return question === undefined ? list(call) : approve(call, question);
  },
} satisfies Command<ApproveCall['words'], ApproveOptions>;

function approve(call: ApproveCall, question: string): Promise<number> {
  const [team, , words] = call.words;
  const text = words.join(' ').trim();
  return speaking(call, async (site) => {
    const one = (await waitingAt(site)).find((asked) => asked.question === question);
    if (!one)
      throw new BadUsage(
        `nothing waits under "${question.slice(0, 40)}"; see what does: horde approve ${team}`,
      );
    const answer = one.kind === 'approval' ? ruling(one, text, call.options) : answerTo(one, text);
    const event = { type: 'person.answered', by: 'person', question, ...answer };
    await site.team.send(event);
    return { said: 'person.answered', text: `answered: ${answer.text}` };
  });
}

function ruling({ question, hash }: Waiting, text: string, { yes, no }: ApproveOptions) {
  if (yes === no || text !== '')
    throw new BadUsage(`${question} wants a yes or a no: add --yes or --no, and no words`);
  return { approved: yes === true, text: `${yes ? 'yes' : 'no'} (sha256 ${hash})` };
}

function answerTo({ question }: Waiting, text: string) {
  if (text === '') throw new BadUsage(`${question} is a question: write the answer after its name`);
  return { text: text.slice(0, ANSWER_MAX) };
}

const ANSWER_MAX = 20_000;

const list = (call: ApproveCall): Promise<number> =>
  reading(call, async (site) => {
    const { ended } = await site.team.state();
    const waiting = ended ? [] : await waitingAt(site);
    site.output.result(
      () => harmless(waiting.map(textOf).join('\n\n') || 'nothing waits for you'),
      () => waiting.map(({ bytes, ...rest }) => ({ ...rest, text: bytes.toString('utf8') })),
    );
    return 0;
  });

/** What was asked since the desk was opened last, and is not closed. */
async function waitingAt({ runtime, team }: Reading): Promise<Waiting[]> {
  const waiting = new Map<string, Waiting>();
  for await (const page of pages(runtime.store, deskStream(team.id), 0)) {
    for (const raw of page) {
      const { type, data } = runtime.catalog.decode(raw);
      const question = String(data['question']);
      if (type === 'desk.opened') waiting.clear();
      else if (type === 'question.closed') waiting.delete(question);
      else if (type === 'person.asked') {
        const bytes = Buffer.from(String(data['bytes']), 'base64');
        waiting.set(question, { ...(data as unknown as Waiting), bytes });
      }
    }
  }
  return [...waiting.values()];
}

function textOf({ question, kind, title, bytes, hash }: Waiting): string {
  if (kind === 'question') return `${question}  ${escaped(bytes)}`;
  const strangers = strangersIn(bytes);
  return [
    `${question}  ${title}:`,
    shownBytes(bytes),
    `  ${bytes.length} bytes, sha256 ${hash}`,
    ...(strangers.length > 0 ? [`  Holds characters beyond ASCII: ${strangers.join(' ')}`] : []),
  ].join('\n');
}
