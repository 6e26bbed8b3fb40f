/**
 * What the predecessors of an agent read and said, as one text for their successor.
 * Bounded: of a long past the beginning is left out, because a past that did not fit must not fail again.
 */

import { itemsOf } from '../kit/sequence.ts';
import { frame, TO_EVALUATE } from './framing.ts';
import type { Thread } from './thread.ts';
import type { MessageBlock, ThreadEntry } from './thread-message.ts';

/** Most characters of a transcript, about 30,000 tokens. */
const TRANSCRIPT_MAX = 100_000;
/** Most characters of one entry in it. */
const ENTRY_MAX = 20_000;

export function renderTranscript(all: readonly Thread[]): string {
  // A thread that another model took over goes on in the next one.
  const threads = all.filter((one, i) => all[i + 1]?.incarnation !== one.incarnation);
  const lines = threads.flatMap((thread) => [
    `--- incarnation ${thread.incarnation} ---`,
    ...linesOf(thread),
  ]);
  const whole = lines.join('\n\n');
  const left = whole.length - TRANSCRIPT_MAX;
  const text =
    left > 0 ? `(${left} characters of the beginning left out)\n${whole.slice(left)}` : whole;
  return `You take this seat over from a predecessor, who stopped. What it read and said:\n${frame(
    { kind: 'transcript', incarnations: threads.length },
    text,
    TO_EVALUATE,
  )}`;
}

function linesOf(thread: Thread): string[] {
  const lines: string[] = [];
  for (const exchange of itemsOf(thread.exchanges)) {
    lines.push(...exchange.entries.flatMap(lineOf));
    lines.push(...exchange.assistant.content.flatMap(said));
  }
  for (const entry of itemsOf(thread.open)) lines.push(...lineOf(entry));
  return lines;
}

/** The request and earlier transcripts (marked as common) are shown to the successor anyway. */
function lineOf(entry: ThreadEntry): string[] {
  if (entry.kind === 'answer')
    return [`RESULT of ${entry.tool} (${entry.ok ? 'ok' : 'error'}): ${shortened(entry.text)}`];
  return entry.common ? [] : [`READ: ${shortened(entry.text)}`];
}

function said(block: MessageBlock): string[] {
  if (block.type === 'text') return [`SAID: ${shortened(String(block['text']))}`];
  if (block.type !== 'tool_use') return [];
  return [`USED ${block['name']}: ${shortened(JSON.stringify(block['input']))}`];
}

function shortened(text: string): string {
  if (text.length <= ENTRY_MAX) return text;
  return `${text.slice(0, ENTRY_MAX)} (${text.length - ENTRY_MAX} characters left out)`;
}
