/** What each measure is given: where it may write, what it measures, how long, and where its figures go. */
import type { Peers } from './measures/peers.ts';
import type { Results } from './results.ts';

export interface Bench {
  readonly folder: string;
  /** The built package that is measured. */
  readonly build: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly results: Results;
  readonly peers: Peers;
  tell(line: string): void;
}
