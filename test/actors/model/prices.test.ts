import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPriceTable, listPrices, loadPrices } from '../../../src/hands/model/prices.ts';
import { defaultModel } from '../../../src/hands/model/providers.ts';

const used = (inputTokens: number, outputTokens: number, cacheRead = 0, cacheWrite = 0) => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: cacheRead,
  cacheWriteTokens: cacheWrite,
});

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'prices.json');
  writeFileSync(path, text);
  return path;
}

const local = {
  contextTokens: 32_000,
  outputTokensMax: 4000,
  usdPerMillion: { input: 0.5, output: 1, cacheRead: 0, cacheWrite: 0.5 },
};

describe('the price of a call', () => {
  const table = createPriceTable();

  it('is the sum of input, output, cache reads and cache writes', () => {
    expect(table.usd('claude-sonnet-5-5', used(1e6, 0))).toBeCloseTo(2);
    expect(table.usd('claude-sonnet-5-5', used(0, 1e6))).toBeCloseTo(10);
    expect(table.usd('claude-sonnet-5-5', used(0, 0, 1e6))).toBeCloseTo(0.1);
    expect(table.usd('claude-sonnet-5-5', used(0, 0, 0, 1e6))).toBeCloseTo(2.5);
  });

  it('follows the length of the prompt where the model has two prices', () => {
    expect(table.usd('claude-haiku-5-5', used(100_000, 1000))).toBeCloseTo(0.0105);
    expect(table.usd('claude-haiku-5-5', used(1, 1000, 100_000))).toBeCloseTo(0.0075005);
  });

  it('is found for a dated name, and for no merely similar one', () => {
    expect(table.of('claude-haiku-4-5-20251001')).toBe(listPrices['claude-haiku-4-5']);
    expect(table.of('claude-haiku-4-5-latest')).toBeUndefined();
    expect(table.of('toString')).toBeUndefined();
    expect(table.usd('unknown', used(1e6, 1e6))).toBe(0);
  });

  it('is never above the worst case of as many tokens', () => {
    const tokens = fc.integer({ min: 0, max: 300_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(listPrices)),
        fc.tuple(tokens, tokens, tokens, tokens),
        fc.tuple(tokens, tokens),
        (model, [input, output, read, write], [moreInput, moreOutput]) => {
          const worst = table.worstUsd(
            model,
            input + read + write + moreInput,
            output + moreOutput,
          );
          expect(worst).toBeGreaterThanOrEqual(
            table.usd(model, used(input, output, read, write)) - 1e-9,
          );
        },
      ),
    );
  });

  it('is known for the model that is used when none is named', () => {
    expect(table.of(defaultModel)).toBeDefined();
  });
});

describe('a table of one’s own', () => {
  it('joins the built-in one', () => {
    const table = loadPrices(fileWith(JSON.stringify({ models: { local } })));
    expect(table.of('local')).toEqual(local);
    expect(table.of('claude-opus-5-5')).toBeDefined();
  });

  it('replaces the built-in one when it says so', () => {
    const table = loadPrices(fileWith(JSON.stringify({ extends: false, models: { local } })));
    expect(Object.keys(table.models)).toEqual(['local']);
  });

  it.each([
    ['{"models": {"local": {"contextTokens": 0}}}', 'models.local.contextTokens'],
    ['{"models": {}, "currency": "EUR"}', 'the top'],
    ['{"models": ', 'cannot be read'],
  ])('is refused with the place of the mistake: %s', (text, place) => {
    const path = fileWith(text);
    expect(() => loadPrices(path)).toThrow(place);
    expect(() => loadPrices(path)).toThrow(path);
  });

  it('is refused when it is not there', () => {
    expect(() => loadPrices('/nowhere/prices.json')).toThrow('/nowhere/prices.json');
  });
});
