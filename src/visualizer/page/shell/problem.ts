/** What went wrong, in a sentence for a person. */
export const problemOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
