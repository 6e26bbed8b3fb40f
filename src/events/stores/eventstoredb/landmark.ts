/**
 * By what a log is known again: one of its records, by position and id. A server tells nothing else of its log
 * that would outlive a restart and not outlive a backup that is restored.
 */
import { StoreFailure } from '../../store.ts';
import type { Patience } from './connection.ts';
import type { Reader } from './reader.ts';

export class Landmark {
  constructor(private readonly record: { position: number; id: string }) {}

  get position(): number {
    return this.record.position;
  }

  /** False: the log is another one, or a shorter one. A record that was scavenged says nothing against it. */
  async stands(reader: Reader, patience?: Patience): Promise<boolean> {
    const { position, id } = this.record;
    try {
      const found = await reader.recordAt(position, patience);
      return found !== undefined && (found.position > position || found.id === id);
    } catch (error) {
      if (error instanceof StoreFailure && error.kind === 'foreign') return false;
      throw error;
    }
  }
}
