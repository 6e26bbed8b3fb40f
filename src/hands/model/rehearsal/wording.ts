/**
 * The words for one field: chosen by the field's name, held to the bounds, format and pattern of its schema.
 */
import type { Json } from '../../../events/event.ts';
import { acceptedWord } from './accepted-word.ts';
import { essay, type Phrase, sentence } from './prose.ts';
import type { Scene } from './scene.ts';

type Schema = { readonly [key: string]: Json };

/** Which words a field wants, by its name; the first that fits. */
const WORDS: readonly (readonly [RegExp, Phrase | 'title' | 'tag' | 'path' | 'seat' | 'essay'])[] =
  [
    [/path|file|location|where/i, 'path'],
    [/^(tag|id|ref|reference|key|label|code|point|term|task)$|(Id|Ref|Tag)$/, 'tag'],
    [
      /^(to|by|from|agent|seat|owner|target|winner|specialist|recipient|member|who|assignee)$/i,
      'seat',
    ],
    [/title|heading|subject|topic|about|name|headline/i, 'title'],
    [/summary|abstract|overview|gist/i, 'summary'],
    [
      /content|text|body|draft|document|proposal|contract|analysis|report|output|product|deliverable|spec/i,
      'essay',
    ],
    [
      /problem|issue|objection|weakness|concern|violation|deviation|flaw|drift|defect|challenge/i,
      'problem',
    ],
    [/remedy|fix|suggest|correction|change|instruction|mitigation/i, 'remedy'],
    [/response|answer|reply/i, 'response'],
    [/rebut|counter/i, 'rebuttal'],
    [
      /verdict|ruling|decision|resolution|conclusion|outcome|consensus|compromise|agreement/i,
      'verdict',
    ],
    [/advice|guidance|recommend|consult/i, 'advice'],
    [/question|ask|query|unknown/i, 'question'],
    [/finding|observation|discover|fact|detail/i, 'finding'],
    [/step|plan|action|next|todo|progress|work/i, 'step'],
    [/risk|danger|threat/i, 'risk'],
    [/evidence|reason|justif|rationale|basis|because|check|verified|proof|support/i, 'evidence'],
  ];

export function wordFor(schema: Schema, name: string, scene: Scene): string {
  const { least, most } = lengthsOf(schema, name);
  const formatted = FORMATS[String(schema['format'])]?.(scene);
  if (formatted !== undefined) return formatted;
  if (typeof schema['pattern'] === 'string')
    return matching(schema, schema['pattern'], name, scene);
  return fitted(wordsFor(name, most, scene), least, most);
}

const FORMATS: Record<string, ((scene: Scene) => string) | undefined> = {
  date: () => '2025-01-15',
  'date-time': () => '2025-01-15T12:00:00Z',
  time: () => '12:00:00Z',
  email: () => 'someone@example.org',
  uri: () => 'https://example.org/',
  uuid: ({ dice }) => {
    const hex = Array.from({ length: 32 }, () => dice.int(0, 15).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  },
};

function wordsFor(name: string, most: number, scene: Scene): string {
  const { gist, dice, breath } = scene;
  const kind = WORDS.find(([fits]) => fits.test(name))?.[1] ?? 'claim';
  if (kind === 'title') return titleOf(scene);
  if (kind === 'tag') return tagFor(scene);
  if (kind === 'path') return scene.written ?? gist.files[0] ?? `${gist.slug}.md`;
  if (kind === 'seat') return gist.seats.length > 0 ? dice.pick(gist.seats) : 'the team';
  if (kind === 'essay')
    return most > 5000 ? essay(gist, dice, breath, titleOf(scene)) : several('claim', scene);
  return several(kind, scene);
}

function several(kind: Phrase, { gist, dice, breath }: Scene): string {
  const count = Math.max(1, Math.min(3, Math.round(breath / 2)));
  const said = new Set(Array.from({ length: count }, () => sentence(kind, gist, dice)));
  return [...said].join(' ');
}

/** The first clause of the subject: what is to be made, without who is to look at it. */
export function titleOf({ gist }: Scene): string {
  const clause = gist.subject.split(/[,;:]\s|\s(?:and )?then\s/)[0]!.trim();
  const title = clause.length >= 12 ? clause : gist.subject;
  return title.length <= 80 ? title : `${title.slice(0, 77).trimEnd()}...`;
}

/** A new tag, made of a concern and a number, or one that the turn shows. */
function tagFor(scene: Scene): string {
  const { gist, dice } = scene;
  if (gist.tags.length > 0 && dice.chance(0.5)) return dice.pick(gist.tags);
  return newTag(scene);
}

const CONCERNS = ['ROLLBACK', 'ERROR-HANDLING', 'DATA-LOSS', 'SCOPE', 'CHECKS', 'OWNERSHIP'];

export function newTag({ gist, dice }: Scene): string {
  const noun = dice
    .pick(gist.nouns.slice(0, 5))
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const start = dice.chance(0.6) ? dice.pick(CONCERNS) : noun.toUpperCase().slice(0, 40);
  return `${start || 'SCOPE'}-${String(dice.int(1, 9)).padStart(3, '0')}`;
}

function matching(schema: Schema, pattern: string, name: string, scene: Scene): string {
  const { gist, dice } = scene;
  const { least, most } = lengthsOf(schema, name);
  const candidates = [
    fitted(wordsFor(name, most, scene), least, most),
    tagFor(scene),
    gist.slug,
    ...gist.nouns.slice(0, 3),
    ...gist.files.slice(0, 2),
  ];
  const likely = candidates.find((word) => fitsWord(schema, word));
  return likely ?? acceptedWord(pattern, least, most, dice) ?? fitted(tagFor(scene), least, most);
}

const lengthsOf = (schema: Schema, name = ''): { least: number; most: number } => ({
  least: Number(schema['minLength'] ?? 0),
  most: Number(schema['maxLength'] ?? (name === 'content' ? 100_000 : 4000)),
});

/** Whether a word keeps the bounds and the pattern of a schema. */
export function fitsWord(schema: Schema, word: string): boolean {
  const { least, most } = lengthsOf(schema);
  if (word.length < least || word.length > most) return false;
  if (typeof schema['pattern'] !== 'string') return true;
  try {
    return new RegExp(schema['pattern'], 'u').test(word);
  } catch {
    return true;
  }
}

/** Cut at a word where possible, filled up where too short. */
function fitted(text: string, least: number, most: number): string {
  let fit = text;
  if (fit.length > most) {
    const cut = fit.slice(0, most);
    const space = cut.lastIndexOf(' ');
    fit = (space > most / 2 && space >= least ? cut.slice(0, space) : cut).trimEnd();
  }
  while (fit.length < least)
    fit += (fit === '' ? text || 'more' : ` ${text || 'more'}`).slice(0, least - fit.length);
  return fit;
}
