import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHOICES } from '../../src/planning/choice.ts';
import { classify } from '../../src/planning/judge/classifier.ts';
import { type Judgement, judge } from '../../src/planning/judge/judge.ts';
import { learnedWeights, WEIGHTS_FILE, weightsFrom } from '../../src/planning/judge/weights.ts';
import { isEnglish } from '../../src/planning/language/english-or-not.ts';
import { LETTERS_MAX, read } from '../../src/planning/language/reading.ts';
import { isRight, type LabelledRequest, labelledRequests } from './labelled-requests.ts';

interface Judged extends LabelledRequest {
  judgement: Judgement;
}

const judged = async (set: 'development' | 'held-out'): Promise<Judged[]> =>
  Promise.all(
    labelledRequests(set).map(async (one) => ({ ...one, judgement: await judge(one.text) })),
  );

const shareRight = (all: readonly Judged[]) =>
  all.filter((one) => isRight(one.label, one.judgement.pattern)).length / all.length;

const takenForTeams = (all: readonly Judged[]) =>
  all
    .filter(({ label }) => label === 'ordinary' || label === 'single-agent')
    .filter(({ judgement }) => !['single-agent', 'swarm'].includes(judgement.pattern))
    .map(({ text, judgement }) => `${judgement.pattern}: ${text}`);

describe('the offline judge on requests it has never seen', () => {
  let heldOut: Judged[];
  beforeAll(async () => {
    heldOut = await judged('held-out');
  });

  test('shares no request with those it learned from', () => {
    const known = new Set(labelledRequests('development').map(({ text }) => text.toLowerCase()));
    expect(heldOut.filter(({ text }) => known.has(text.toLowerCase()))).toEqual([]);
  });

  test('knows at least ten requests of each of the eleven choices, and fifty ordinary ones', () => {
    const count = (wanted: string) => heldOut.filter(({ label }) => label === wanted).length;
    for (const choice of CHOICES) expect(count(choice)).toBeGreaterThanOrEqual(10);
    expect(count('ordinary')).toBeGreaterThanOrEqual(50);
  });

  test('is right in at least 85 of 100', () => {
    expect(shareRight(heldOut)).toBeGreaterThanOrEqual(0.85);
  });

  test('takes no ordinary request for a team', () => {
    expect(takenForTeams(heldOut)).toEqual([]);
  });

  test('is right more often when it is sure than when it is not', () => {
    const sure = heldOut.filter(({ judgement }) => !judgement.unsure);
    const unsure = heldOut.filter(({ judgement }) => judgement.unsure);
    expect(unsure.length).toBeGreaterThan(0);
    expect(shareRight(sure)).toBeGreaterThan(0.9);
    expect(shareRight(sure)).toBeGreaterThan(shareRight(unsure) + 0.2);
  });
});

describe('the offline judge on the requests it was made from', () => {
  test('is right in nearly all and takes no ordinary one for a team', async () => {
    const all = await judged('development');
    expect(all.length).toBeGreaterThan(700);
    expect(shareRight(all)).toBeGreaterThan(0.97);
    expect(takenForTeams(all)).toEqual([]);
  }, 20_000);

  test('has weights that were learned from the requests as they stand', () => {
    const text = readFileSync(new URL('./requests/development.txt', import.meta.url));
    const now = createHash('sha256').update(text).digest('hex').slice(0, 16);
    expect(learnedWeights().source, 'run: npm run train:judge').toBe(now);
  });

  test('refuses weights that were learned for other choices, and says how to mend it', () => {
    const file = JSON.parse(readFileSync(WEIGHTS_FILE, 'utf8'));
    const more = [...CHOICES, 'tea-party'];
    expect(() => weightsFrom(file, more)).toThrow(
      /learned for single-agent, .*npm run train:judge/,
    );
    expect(() => weightsFrom({ ...file, choices: more }, more)).toThrow(/one number for each/);
    expect(() => weightsFrom({ ...file, rows: 3 })).toThrow(/damaged \(rows\)/);
  });
});

describe('a judgement', () => {
  test('quotes the words of the request that speak for the choice', async () => {
    const { pattern, signals, reasons } = await judge(
      'Write a migration and have a DBA review it until she approves.',
    );
    expect(pattern).toBe('review-loop');
    const cue = signals.find(({ evidence }) => evidence.includes('DBA review'));
    expect(cue).toMatchObject({ kind: 'iteration', pattern: 'review-loop' });
    expect(reasons.join('\n')).toContain('DBA review');
  });

  test.each([
    ['Write the report. Review loop, please.', 'review-loop'],
    [
      'Build the tool with a tester and an analyst. Consensus deliberation on the design.',
      'consensus-deliberation',
    ],
    ['Look at our shop. Use swarm discovery.', 'swarm-discovery'],
  ])('of %j, which names its pattern, follows the wish', async (request, pattern) => {
    expect((await judge(request)).pattern).toBe(pattern);
  });

  test('is the same for the same request', async () => {
    const request = 'Have a lawyer and an engineer agree on a retention policy.';
    expect(await judge(request)).toEqual(await judge(request));
  });

  test('has shares that add up to one, the choice not among its own alternatives', async () => {
    const request = 'Debate whether to rewrite the engine, then have a judge decide.';
    const shares = classify(await read(request)).map(({ share }) => share);
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1);
    const { pattern, confidence, alternatives } = await judge(request);
    expect(pattern).toBe('adversarial-debate');
    for (const one of alternatives) {
      expect(one.pattern).not.toBe(pattern);
      expect(one.score).toBeLessThanOrEqual(confidence);
    }
  });

  test.each(['', '   ', '42', '???', '你好', '—'])(
    'of %j is a single agent, and unsure',
    async (request) => {
      expect(await judge(request)).toMatchObject({
        pattern: 'single-agent',
        confidence: 0,
        unsure: true,
        signals: [],
      });
    },
  );

  test.each([
    'Schreibe einen Bericht und lass ihn von einem Anwalt prüfen, bis er zustimmt.',
    'Débattez de PostgreSQL contre DynamoDB, puis un juge décide.',
    'Revisa este código y luego mejóralo hasta que esté listo.',
    'Bitte plane, baue und teste einen Dienst für Benachrichtigungen.',
    'Scrivi una relazione e falla controllare da un avvocato finché non approva.',
    'Напиши отчёт, потом пусть юрист проверит его.',
  ])('of %j, which is not English, is a single agent, unsure, and says why', async (request) => {
    const { pattern, confidence, unsure, reasons } = await judge(request);
    expect([pattern, confidence, unsure]).toEqual(['single-agent', 0, true]);
    expect(reasons.join()).toContain('not in English');
  });

  test('of another language follows the name of a pattern, and stays unsure', async () => {
    const request = 'Bitte eine swarm discovery für unsere Codebasis.';
    expect(await judge(request)).toMatchObject({ pattern: 'swarm-discovery', unsure: true });
  });

  test('takes every labelled request for English, names and code in it included', () => {
    const all = [...labelledRequests('development'), ...labelledRequests('held-out')];
    expect(all.filter(({ text }) => !isEnglish(text))).toEqual([]);
    expect(isEnglish('Rename Müller to Schmidt in all files')).toBe(true);
  });

  test('of a request with pages of material reads the beginning and says so', async () => {
    const material = 'lorem ipsum dolor sit amet '.repeat(40_000);
    const started = performance.now();
    const { pattern, reasons } = await judge(
      `Draft a policy and have a lawyer review it until he approves. ${material}`,
    );
    expect(performance.now() - started).toBeLessThan(3000);
    expect(pattern).toBe('review-loop');
    expect(reasons.at(-1)).toBe('only the beginning of the request was read');
    expect((await read(material)).words.length).toBeLessThan(LETTERS_MAX);
  });
});
