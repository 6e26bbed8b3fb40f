/**
 * Colours of the page, read from its style sheet: whoever reads a word on a ground reads it with a contrast of at least
 * 4.5 to 1 (WCAG 2.2, 1.4.3), in light and dark.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';

const PAGE = new URL('../../src/visualizer/page/', import.meta.url);
const LEAST = 4.5;

type Colour = readonly [red: number, green: number, blue: number];
type Theme = 'light' | 'dark';

const colourOf = (hex: string): Colour =>
  [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16)) as unknown as Colour;

const SHEETS = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.css'),
);

/** A style sheet by its name, whichever folder of the page it lies in. */
const read = (name: string): string =>
  readFileSync(new URL(SHEETS.find((sheet) => basename(sheet) === basename(name))!, PAGE), 'utf8');

const tokens = new Map(
  [...read('style.css').matchAll(/--([\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g)].map(
    ([, name, light, dark]) => [name!, { light: colourOf(light!), dark: colourOf(dark!) }],
  ),
);
const named = (name: string, theme: Theme): Colour => tokens.get(name)![theme];

/** WCAG's relative luminance. */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** As `color-mix(in srgb, top share%, transparent)` lies on a ground. */
const tinted = (top: Colour, share: number, ground: Colour): Colour =>
  top.map((part, i) => part * share + ground[i]! * (1 - share)) as unknown as Colour;

const GROUNDS = ['ground', 'panel', 'raised', 'accent-ground'];
const NO_TEXT = new Set([...GROUNDS, 'line']);
const KINDS = [...tokens.keys()].filter((name) => name.startsWith('kind-'));
const TEXTS = [...tokens.keys()].filter((name) => !NO_TEXT.has(name));

describe.each(['light', 'dark'] as const)('A word in the %s theme can be read', (theme) => {
  it.each(TEXTS)('%s, on every ground', (text) => {
    for (const ground of GROUNDS) {
      const found = contrast(named(text, theme), named(ground, theme));
      expect(found, `${text} on ${ground}`).toBeGreaterThanOrEqual(LEAST);
    }
  });

  it('on a chosen button, whose ground is the accent', () => {
    const found = contrast(named('panel', theme), named('accent', theme));
    expect(found).toBeGreaterThanOrEqual(LEAST);
  });

  it.each(KINDS)('%s, on its own tint in the timeline', (kind) => {
    const [tint] = tintsOf('timeline.css', '--kind').slice(-1);
    const ground = tinted(named(kind, theme), tint!, named('panel', theme));
    expect(contrast(named(kind, theme), ground)).toBeGreaterThanOrEqual(LEAST);
  });

  it('on the tint of a row that begins a round, and of one that differs', () => {
    const rows: [tint: string, file: string][] = [
      ['kind-round', 'timeline.css'],
      ['warm', 'compare-page.css'],
    ];
    for (const [tint, file] of rows)
      for (const share of tintsOf(file, `--${tint}`))
        for (const text of ['ink', 'soft', 'faint', 'kind-round']) {
          const ground = tinted(named(tint, theme), share, named('panel', theme));
          const found = contrast(named(text, theme), ground);
          expect(found, `${text} on ${share} of ${tint}`).toBeGreaterThanOrEqual(LEAST);
        }
  });
});

describe('The style sheets', () => {
  it('name every colour once, as a token: all others are made of these', () => {
    expect(KINDS.length).toBeGreaterThan(8);
    for (const file of SHEETS) {
      const own = read(file)
        .split('\n')
        .filter((line) => /#[\da-f]{3,8}\b/i.test(line) && !/^ {2}--[\w-]+: light-dark/.test(line));
      expect([file, own]).toEqual([file, []]);
    }
  });

  it('give each kind of event its own token', () => {
    for (const kind of KINDS)
      expect(read('event-kind.css')).toContain(`.of-${kind.slice(5)} {\n  --kind: var(--${kind});`);
  });
});

/** How strongly a style sheet tints with a token, as shares, weakest first. */
function tintsOf(file: string, token: string): number[] {
  const found = read(file).matchAll(
    new RegExp(`background: color-mix\\(in srgb, var\\(${token}\\) (\\d+)%, transparent\\)`, 'g'),
  );
  const shares = [...found].map(([, percent]) => Number(percent) / 100).sort((a, b) => a - b);
  if (shares.length === 0) throw new Error(`${file} tints nothing with ${token}`);
  return shares;
}
