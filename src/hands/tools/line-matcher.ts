/**
 * Which lines of a text match. A plain word is looked for here; a regular expression runs in a thread of its
 * own, because some expressions take for ever on some lines and only a thread can be stopped.
 */
import { Worker as Thread } from 'node:worker_threads';
import { ToolRefused } from './tool.ts';

/** Only so much of a line is looked at. */
const LINE_MAX = 2000;

export interface LineMatcher {
  /** Numbers (from 1) of the first `limit` lines that match. */
  linesIn(text: string, limit: number): Promise<number[]>;
  close(): Promise<void>;
}

export function wordMatcher(word: string, ignoreCase: boolean): LineMatcher {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const wanted = fold(word);
  return {
    async linesIn(text, limit) {
      const lines: number[] = [];
      for (const [index, line] of text.split('\n').entries()) {
        if (lines.length >= limit) break;
        if (fold(line.slice(0, LINE_MAX)).includes(wanted)) lines.push(index + 1);
      }
      return lines;
    },
    close: async () => {},
  };
}

const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  const expression = new RegExp(workerData.source, workerData.flags);
  parentPort.on('message', ({ text, limit }) => {
    const lines = [];
    for (const [index, line] of text.split('\\n').entries()) {
      if (lines.length >= limit) break;
      if (expression.test(line.slice(0, workerData.lineMax))) lines.push(index + 1);
    }
    parentPort.postMessage(lines);
  });
`;

/** Throws `ToolRefused` for an expression that is none; `linesIn` does when `timeMs` have been used up. */
export function expressionMatcher(
  source: string,
  { ignoreCase, timeMs }: { ignoreCase: boolean; timeMs: number },
): LineMatcher {
  const flags = ignoreCase ? 'iu' : 'u';
  try {
    new RegExp(source, flags);
  } catch (error) {
    throw new ToolRefused(`The pattern cannot be read: ${(error as Error).message}.`);
  }
  let thread: Thread | undefined;
  let left = timeMs;
  return {
    linesIn(text, limit) {
      thread ??= new Thread(THREAD, {
        eval: true,
        workerData: { source, flags, lineMax: LINE_MAX },
        resourceLimits: { maxOldGenerationSizeMb: 128 },
        env: {},
      });
      const current = thread;
      const began = performance.now();
      return new Promise<number[]>((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          // Only ours: the thread listens to itself by others.
          for (const [event, listener] of listeners) current.off(event, listener);
          left -= performance.now() - began;
          act();
        };
        const refuse = (why: string): void =>
          settle(() => {
            void current.terminate();
            reject(new ToolRefused(why));
          });
        const listeners = [
          ['message', (lines: number[]) => settle(() => resolve(lines))],
          ['error', (error: Error) => refuse(`The pattern fails: ${error.message}.`)],
          ['exit', () => refuse('The search was ended before its time.')],
        ] as const;
        const timer = setTimeout(
          () => refuse('The pattern takes too long on these files; make it simpler.'),
          Math.max(0, left),
        );
        for (const [event, listener] of listeners) current.on(event, listener);
        current.postMessage({ text, limit });
      });
    },
    async close() {
      await thread?.terminate();
    },
  };
}
