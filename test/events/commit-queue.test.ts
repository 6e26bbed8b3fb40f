import { describe, expect, it } from 'vitest';
import { CommitQueue, type Ledger } from '../../src/events/stores/sqlite/commit-queue.ts';

/** A connection that fails as it is told, and remembers what it was asked. */
function failing(errors: { begin?: string[]; commit?: string[] }) {
  const calls: string[] = [];
  const call = (name: 'begin' | 'commit' | 'rollback', codes: string[] = []) => {
    calls.push(name);
    const code = codes.shift();
    if (code) throw Object.assign(new Error('so it was told'), { code });
  };
  return {
    calls,
    begin: () => call('begin', errors.begin),
    commit: () => call('commit', errors.commit),
    rollback: () => call('rollback'),
  };
}

const ledger: Ledger = {
  begin: () => {},
  finish: () => {},
  committed: () => {},
  rolledBack: () => {},
  failed: () => {},
};

describe('the commit queue', () => {
  it('answers all jobs of one turn after one commit', async () => {
    const connection = failing({});
    const queue = new CommitQueue(connection, 'file', ledger);
    const jobs = [1, 2, 3].map((n) =>
      queue.write(() => {
        connection.calls.push(`job ${n}`);
        return n;
      }),
    );
    expect(await Promise.all(jobs)).toEqual([1, 2, 3]);
    expect(connection.calls).toEqual(['begin', 'job 1', 'job 2', 'job 3', 'commit']);
  });

  it('rejects a job that refuses, and commits the others', async () => {
    const connection = failing({});
    const queue = new CommitQueue(connection, 'file', ledger);
    const refused = queue.write(() => {
      throw new Error('conflict');
    });
    const kept = queue.write(() => 'kept');
    await expect(refused).rejects.toThrow('conflict');
    expect(await kept).toBe('kept');
    expect(connection.calls).toEqual(['begin', 'commit']);
  });

  it('tries again while another process holds the file, with all that has come since', async () => {
    const connection = failing({ begin: ['SQLITE_BUSY', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT'] });
    const queue = new CommitQueue(connection, 'file', ledger);
    const first = queue.write(() => 1);
    setImmediate(() => void queue.write(() => connection.calls.push('second')));
    expect(await first).toBe(1);
    const again = ['begin', 'rollback'];
    expect(connection.calls).toEqual([...again, ...again, ...again, 'begin', 'second', 'commit']);
  });

  it('writes nothing more after a failed sync', async () => {
    const connection = failing({ commit: ['SQLITE_IOERR_FSYNC'] });
    let told = '';
    const queue = new CommitQueue(connection, 'file', {
      ...ledger,
      failed: (failure) => {
        told = failure.kind;
      },
    });
    const job = () => queue.write(() => {}).catch((error) => error.kind);
    expect(await Promise.all([job(), job()])).toEqual(['fatal', 'fatal']);
    expect(await job()).toBe('fatal');
    expect(told).toBe('fatal');
    expect(connection.calls).toEqual(['begin', 'commit', 'rollback']);
  });

  it('goes on after a full disk, which costs the batch that did not fit', async () => {
    const connection = failing({ commit: ['SQLITE_FULL'] });
    const queue = new CommitQueue(connection, 'file', ledger);
    const job = () => queue.write(() => 'kept').catch((error) => error.kind);
    expect(await Promise.all([job(), job()])).toEqual(['full', 'full']);
    expect(await job()).toBe('kept');
  });
});
