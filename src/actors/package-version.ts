/** The version of this package, as its streams record it. */
import { createRequire } from 'node:module';

export const packageVersion: string = (
  createRequire(import.meta.url)('../../package.json') as { version: string }
).version;
