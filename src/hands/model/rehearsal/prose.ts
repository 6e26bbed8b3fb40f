/**
 * The sentences of the rehearsal: stock phrases of the trade with the request's own words put in.
 * `{a}` and `{b}` stand for two of its nouns. Every sentence says something that could
 * be said of most requests; none claims that something was really checked.
 */
import type { Dice } from '../../../events/words/scene.ts';
import type { Gist } from './gist.ts';

const PHRASES = {
  summary: [
    'A way to get {a} done in small steps, each of which can be taken back without losing {b}.',
    'Covers {a} and {b}, names the risks of both, and says what to check before going on.',
    'Starts from what {a} needs today, and leaves room for {b} to change later.',
  ],
  problem: [
    'The step that touches {a} has no stated way back once {b} has been written.',
    'It is not said what happens to {b} while {a} is half done.',
    'Nothing says how one would notice that {a} and {b} have drifted apart.',
    'The text takes for granted that {a} is small; with a large {b} this would block others for long.',
    'The case of an empty or missing {b} is not covered, though {a} depends on it.',
    'Who owns {a} after the change, and who is asked when {b} fails, stays open.',
  ],
  remedy: [
    'State the way back for {a} and the last moment at which it is still safe.',
    'Add a check that compares {a} with {b}, run it before and after, and say what difference stops the work.',
    'Do it in batches with a pause, and give the bound for one batch of {b}.',
    'Add the missing case of {b} with the outcome that is expected for {a}.',
    'Name an owner for {a} and the signal that calls them.',
  ],
  response: [
    'Done: the part on {a} now says what happens to {b} and how to go back.',
    'Added a check on {b} before {a} goes on, with the number that stops it.',
    'Agreed and changed: {a} is handled in batches, and {b} keeps working meanwhile.',
    'Covered now: a missing {b} leaves {a} untouched and is reported.',
  ],
  evidence: [
    'Read the whole text against the request: {a} is covered from start to end, with a way back at each step.',
    'Followed {b} through every step: nothing is lost when the work stops half-way.',
    'The points raised before are answered, and the answers on {a} hold together with {b}.',
  ],
  claim: [
    'Because {a} and {b} change at different rates, binding them together makes each change cost double.',
    'Keeping {a} simple is worth more than the speed that {b} would gain.',
    'Most of the risk lies in {b}; whatever is chosen, it must be possible to undo it.',
    'The experience with {a} is there already, while {b} would have to be learnt under pressure.',
    'If {a} fails, {b} still has to give an answer, and this is the case to plan for.',
  ],
  rebuttal: [
    'The point about {a} holds only while {b} stays small; the request says nothing of the kind.',
    'That cost is paid once; the cost of a wrong {b} is paid every day.',
    'It is right that {a} is harder to test, but a check on {b} removes most of that.',
  ],
  verdict: [
    'The stronger argument is the one on {a}: it was supported, and the answer on {b} did not meet it.',
    'Go with the simple way for {a}, and look at {b} again once there are numbers.',
    'Agreed by all on {a}; on {b} the careful reading prevails.',
  ],
  advice: [
    'Treat {a} as the source of truth and derive {b} from it; then a difference can be repaired by machine.',
    'Measure {b} first. With the number in hand the choice for {a} is mostly made.',
    'Keep {a} behind one small interface, so that {b} can follow at its own pace.',
  ],
  question: [
    'What is expected of {b} while {a} is being changed?',
    'How large can {a} grow before {b} becomes the bottleneck?',
    'Which of {a} and {b} must never be lost?',
  ],
  finding: [
    '{a} is used in more places than its name suggests, among them {b}.',
    'There is no check that {a} and {b} agree.',
    '{b} is read before {a} is known to be complete.',
  ],
  step: [
    'List everything that reads or writes {a}, and note for each what it expects of {b}.',
    'Add the new form of {a} beside the old one; nothing reads it yet.',
    'Write to both, and count every difference between {a} and {b}.',
    'Move the past over in batches, with a pause when {b} slows down.',
    'Turn reading over, one reader of {a} at a time, each with its own switch.',
    'Watch the count of differences for a full week before {b} is touched.',
    'Remove the old form of {a} once no reader is left, after a last copy of {b}.',
  ],
  risk: [
    '{a} grows during the work: hold batches small and stop at a bound.',
    'A reader of {b} was overlooked: keep the old form until the log shows none.',
    'The way back is not rehearsed: try it on a copy of {a} first.',
  ],
  note: [
    'Looking at {a} first, then at what it does to {b}.',
    'The heart of the matter is {a}; {b} follows from it.',
    'I have what I need on {a} and go on with {b}.',
  ],
} as const;

export type Phrase = keyof typeof PHRASES;

/** One sentence of a kind. */
export function sentence(kind: Phrase, gist: Gist, dice: Dice): string {
  return dress(dice.pick(PHRASES[kind]), gist, dice);
}

/** Up to `count` different sentences of a kind, in the order in which they make sense. */
export function sentences(kind: Phrase, gist: Gist, dice: Dice, count: number): string[] {
  const phrases: readonly string[] = PHRASES[kind];
  const drawn = new Set(dice.some(phrases, count));
  return phrases.filter((one) => drawn.has(one)).map((one) => dress(one, gist, dice));
}

function dress(phrase: string, gist: Gist, dice: Dice): string {
  // The leading nouns are those of the request itself; they come first so that the play keeps to the point.
  const [a, b] = dice.some(gist.nouns.slice(0, 7), 2);
  const text = phrase.replaceAll('{a}', named(a)).replaceAll('{b}', named(b ?? a));
  return text[0]!.toUpperCase() + text.slice(1);
}

const named = (noun = 'the work'): string => (/[_.A-Z]/.test(noun) ? `\`${noun}\`` : noun);

/** A whole text with sections; `breath` from 0 (one paragraph) upward makes it longer. */
export function essay(gist: Gist, dice: Dice, breath: number, title: string): string {
  const open = `# ${title}\n\nFor: ${gist.subject}. In the centre stand ${listed(gist.nouns.slice(0, 4))}.`;
  if (breath <= 0) return open;
  const count = Math.max(1, Math.round(breath * 2));
  const steps = sentences('step', gist, dice, count + 1).map((step, i) => `${i + 1}. ${step}`);
  const parts = [
    open,
    `## Approach\n\n${sentences('advice', gist, dice, count).join(' ')}`,
    `## Steps\n\n${steps.join('\n')}`,
  ];
  if (breath >= 1) {
    const risks = sentences('risk', gist, dice, count).map((risk) => `- ${risk}`);
    const checks = sentences('remedy', gist, dice, count).map((check) => `- ${check}`);
    parts.push(`## Risks\n\n${risks.join('\n')}`, `## Checks\n\n${checks.join('\n')}`);
  }
  for (let i = 4; i <= breath; i++) {
    const noun = gist.nouns[i % gist.nouns.length]!;
    const about = { ...gist, nouns: [noun, ...gist.nouns.filter((other) => other !== noun)] };
    const reasons = sentences('claim', about, dice, 3).join(' ');
    parts.push(`## On ${noun}\n\n${reasons}\n\n${sentence('question', about, dice)}`);
  }
  return parts.join('\n\n');
}

function listed(words: readonly string[]): string {
  return words.length < 2
    ? (words[0] ?? 'the request')
    : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
