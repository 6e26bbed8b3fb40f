import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentenceOf } from '../../src/events/thrown.ts';
import { copyOf, decode, encode, NotAValue } from '../../src/events/value.ts';

describe('values that are written down', () => {
  it('are stored as JSON when they are plain JSON, and visibly tagged when they are not', () => {
    expect(encode({ a: [1, 'two', null, { b: true }] })).toEqual({
      a: [1, 'two', null, { b: true }],
    });
    for (const value of [
      new Date(5),
      new Map([[1, 2]]),
      5n,
      undefined,
      Number.NaN,
      -0,
      [undefined],
    ]) {
      expect(Object.keys(encode(value) as object)).toEqual(['$devalue']);
    }
  });

  it('come back equal, each kind of them', () => {
    const cycle: { self?: unknown; list: unknown[] } = { list: [1] };
    cycle.self = cycle;
    const holed = [1, 2, 3];
    delete holed[1];
    const values = [
      new Date('2026-01-02T03:04:05.678Z'),
      new Date(Number.NaN),
      new Map<unknown, unknown>([['k', new Set([1n, undefined])]]),
      /a+/gi,
      new URL('https://example.com/a?b=c'),
      new Uint8Array([1, 2, 3]),
      { u: undefined, n: Number.NaN, i: Number.POSITIVE_INFINITY, z: -0, b: 12345678901234567890n },
      holed,
      { $devalue: [1] },
      Object.assign(Object.create(null), { a: 1 }),
    ];
    for (const value of values) expect(copyOf(value)).toStrictEqual(value);
    const copy = copyOf(cycle) as typeof cycle;
    expect(copy.self).toBe(copy);
    expect(1 / (copyOf({ z: -0 }) as { z: number }).z).toBe(Number.NEGATIVE_INFINITY);
  });

  it('come back equal for any value that can be cloned', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const json = encode(value);
        expect(JSON.parse(JSON.stringify(json))).toStrictEqual(json);
        expect(decode(JSON.parse(JSON.stringify(json)))).toStrictEqual(value);
      }),
      { numRuns: 1000, seed: 4 },
    );
  });

  it('are refused by their path when they cannot be cloned', () => {
    class Socket {
      open() {}
    }
    const refusal = (value: unknown) => {
      try {
        encode(value, 'the input of "pay"');
      } catch (error) {
        expect(error).toBeInstanceOf(NotAValue);
        return (error as Error).message;
      }
      return 'nothing was refused';
    };
    expect(refusal({ a: [{ call: () => 1 }] })).toBe(
      'the input of "pay" holds a function at .a[0].call, which cannot be written down',
    );
    expect(refusal({ s: new Socket() })).toBe(
      'the input of "pay" holds an instance of a class at .s, which cannot be written down',
    );
  });
});

describe('what was thrown', () => {
  it('keeps name, message, code, cause and own fields of an error', () => {
    const cause = new TypeError('no such host');
    const error = Object.assign(new Error('the bank is away', { cause }), {
      name: 'BankAway',
      code: 'EAWAY',
      retry: { afterMs: 50 },
      socket: { close() {} },
    });
    const copy = copyOf(error) as typeof error;
    expect(copy).toBeInstanceOf(Error);
    expect([copy.name, copy.message, copy.code, copy.retry]).toEqual([
      'BankAway',
      'the bank is away',
      'EAWAY',
      { afterMs: 50 },
    ]);
    expect(copy.cause).toBeInstanceOf(TypeError);
    expect((copy.cause as Error).message).toBe('no such host');
    expect(copy).not.toHaveProperty('socket');
  });

  it('keeps the kind of a built-in error, the errors of an aggregate, and the code of a time-out', () => {
    expect(copyOf(new RangeError('too far'))).toBeInstanceOf(RangeError);
    const both = copyOf(new AggregateError([new Error('one'), 2], 'both')) as AggregateError;
    expect(both.errors).toEqual([new Error('one'), 2]);
    const late = copyOf(new DOMException('late', 'TimeoutError')) as DOMException;
    expect([late.name, late.message, late.code]).toEqual(['TimeoutError', 'late', 23]);
  });

  it('reads as a sentence, never as [object Object]', () => {
    expect(sentenceOf(new Error('gone'))).toBe('gone');
    expect(sentenceOf('gone')).toBe('gone');
    expect(sentenceOf({ message: 'gone' })).toBe('gone');
    expect(sentenceOf({ type: 'ServiceNotAvailable' })).toBe("{ type: 'ServiceNotAvailable' }");
    expect(sentenceOf(undefined)).toBe('undefined');
    expect(sentenceOf(runInNewContext('({})'))).not.toContain('[object');
  });
});
