/**
 * What a command is: its options, and what it does when it is called. Each stands in a file of its own below
 * `commands/`, whose list says what it is called and what it is for, so that `--help` loads none of them.
 */
import type { Output } from './output.ts';
import type { OwnPatterns } from './own-patterns.ts';
import type { Shell } from './shell.ts';

export interface Option {
  /** As the parser reads them: `--file <path>`. */
  readonly flags: string;
  readonly description: string;
  /** Of the text that was given, and of what the same option gave before. */
  readonly parse?: (text: string, before: unknown) => unknown;
  readonly isRequired?: boolean;
}

/** Where a command works: what surrounds it, and where its output goes. */
export interface Site {
  readonly shell: Shell;
  readonly output: Output;
  /** Patterns from outside the package that it was given. */
  readonly own: OwnPatterns;
}

/** One call of a command. */
export interface CommandCall<Words extends readonly Given[], Options extends object> extends Site {
  /** In the order of the command's usage. */
  readonly words: Words;
  readonly options: Options;
}

export type Given = string | readonly string[] | undefined;

export interface Command<
  Words extends readonly Given[] = readonly Given[],
  Options extends object = object,
> {
  readonly options: readonly Option[];
  /** It takes no `--store`. */
  readonly namesItsStores?: boolean;
  /** Resolves with the exit status. Throws `BadUsage`. */
  action(call: CommandCall<Words, Options>): Promise<number>;
}

export const option = (
  flags: string,
  description: string,
  parse?: (text: string) => unknown,
): Option => ({ flags, description, ...(parse ? { parse } : {}) });

export const required = (one: Option): Option => ({ ...one, isRequired: true });

/** An option that may repeat: a list of what was given. */
export const several = (flags: string, description: string): Option => ({
  flags,
  description,
  parse: (text, before) => [...(Array.isArray(before) ? before : []), text],
});
