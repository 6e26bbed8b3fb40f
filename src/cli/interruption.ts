/** Ctrl-C, for commands that work until they are told to stop. */
import { EXIT } from './bad-usage.ts';

/** Resolves at the first Ctrl-C; the second ends the program at once. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) process.exit(EXIT.interrupted);
      asked = true;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
