/** Work that a simulated machine waits for: declared only, the hands are given to the runtime. */
import { fromPromise } from 'xstate';

export const declared = fromPromise<any, any>(() => {
  throw new Error('only declared: a hand of this name does the work');
});
