/**
 * What a request is about, read as a scripted model can read it: words that recur, names in code, files,
 * tags that wait for an answer, and what has already been done in this turn. Pure, and bounded by `READ_MAX`.
 */
import type { ContentBlock, ModelMessage, ModelRequest } from '../model-client.ts';

/** Characters read from each end of a conversation; more would not make the play more plausible. */
const READ_MAX = 24_000;

export interface Gist {
  /** The request in one line. */
  subject: string;
  /** Its key words, most telling first; never empty. */
  nouns: string[];
  /** Paths of files that are mentioned. */
  files: string[];
  /** Tags of points that this turn shows, in order of appearance. */
  tags: string[];
  /** Names that look like seats of the team. */
  seats: string[];
  /** The subject as part of a file's name. */
  slug: string;
  /** Tools used since the turn was granted, and how each went. */
  uses: { name: string; path: string | undefined; ok: boolean }[];
}

export function gistOf(request: ModelRequest): Gist {
  const turn = sinceGrant(request.messages, request.turn.brief.trim());
  const first = textOf(request.messages.slice(0, 1)).slice(0, READ_MAX);
  const now = textOf(turn).slice(-READ_MAX);
  const subject = subjectOf(first) || subjectOf(request.turn.brief) || 'the request';
  const nouns = nounsOf(subject, dataIn(first) || `${first}\n${request.turn.brief}`);
  return {
    subject,
    nouns: nouns.length > 0 ? nouns : ['request', 'result'],
    files: filesOf(`${now}\n${first}`),
    tags: tagsOf(now),
    seats: [...new Set(now.match(SEAT) ?? [])].filter((seat) => seat !== request.turn.agent),
    slug: slugOf(subject),
    uses: usesOf(turn),
  };
}

/** What stands in frames, without the words around them: those are about turns and moves, not about the request. */
const dataIn = (text: string): string =>
  [...text.matchAll(/<data kind="(?:request|material)"[^>]*>([\s\S]*?)<\/data>/gi)]
    .map(([, inside]) => inside)
    .join('\n');

const SEAT = /\b[a-z]+(?:-[a-z]+)*-\d{1,2}\b/g;

/** What was said since the turn was granted: from the last brief on; else everything. */
function sinceGrant(messages: readonly ModelMessage[], brief: string): readonly ModelMessage[] {
  if (brief === '') return messages;
  for (let i = messages.length - 1; i >= 0; i--) {
    const { role, content } = messages[i]!;
    if (role !== 'user') continue;
    const block = content.findLastIndex((one) => textOfBlock(one).includes(brief));
    if (block < 0) continue;
    const text = textOfBlock(content[block]!);
    const rest = [{ type: 'text', text: text.slice(text.lastIndexOf(brief)) }];
    const granted = { role, content: [...rest, ...content.slice(block + 1)] };
    return [granted, ...messages.slice(i + 1)];
  }
  return messages;
}

function textOf(messages: readonly ModelMessage[]): string {
  return messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => content.map(textOfBlock))
    .join('\n');
}

function textOfBlock(block: ContentBlock): string {
  if (typeof block['text'] === 'string') return block['text'];
  const content = block['content'];
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => textOfBlock(part as ContentBlock)).join('\n');
}

function subjectOf(text: string): string {
  const inside = /<data kind="request"[^>]*>([\s\S]*?)<\/data>/i.exec(text)?.[1] ?? text;
  const lines = inside
    .split(/\n|(?<=[.!?])\s+(?=[A-Z])/)
    .map((line) => line.replace(/<[^>]*>|^[#>*\s-]+|[`*_]{2,}/g, '').trim())
    .filter((line) => line.length > 0 && !/^(the )?(request|material|task)s?:?$/i.test(line));
  const telling = lines.slice(0, 8).find((line) => wordsOf(line).length >= 3);
  return (telling ?? lines[0] ?? '').replace(/[.:]+$/, '').slice(0, 160);
}

const wordsOf = (text: string): string[] =>
  (text.match(/[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*/g) ?? []).filter(
    (word) => word.length > 3 && !DULL.has(word.toLowerCase()),
  );

/** Words of the request itself count most; a name in code counts more than a word. */
function nounsOf(subject: string, text: string): string[] {
  const weights = new Map<string, number>();
  const add = (word: string, weight: number): void => {
    const name = /[_a-z][A-Z]|_/.test(word) ? word : word.toLowerCase();
    weights.set(name, (weights.get(name) ?? 0) + weight);
  };
  for (const word of wordsOf(subject)) add(word, 5);
  for (const word of wordsOf(text)) add(word, word.includes('_') ? 2 : 1);
  for (const [, code] of text.matchAll(/`([A-Za-z_][\w.]{2,40})`/g)) add(code!, 3);
  return [...weights]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 14)
    .map(([word]) => word);
}

const FILE = /(?<![\w./-])(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{1,5}|[jt]sx?|mp3)(?![\w/])/g;
const KIND =
  /\.(md|txt|sql|ts|tsx|js|jsx|json|ya?ml|toml|py|go|rs|java|rb|sh|csv|html|css|proto|xml)$/;

const filesOf = (text: string): string[] =>
  [...new Set(text.match(FILE) ?? [])].filter((path) => KIND.test(path)).slice(0, 20);

/** A tag in its own words (`"tag": "X"`, `tag: X`, `[X-Y]`), or a name that ends in three digits. */
const TAG =
  /\btag"?\s*[:=]\s*"?([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*)|\[([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+)\]|\b([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d{3})\b/g;

const tagsOf = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(TAG)]
      .map((match) => (match[1] ?? match[2] ?? match[3])!)
      .filter((tag) => tag.length <= 60 && !/^(SHA|ISO|RFC|UTF|HTTP)-\d+$/.test(tag)),
  ),
];

function slugOf(subject: string): string {
  const words = wordsOf(subject).map((word) => word.toLowerCase().replaceAll('_', '-'));
  return words.slice(0, 4).join('-').slice(0, 60) || 'request';
}

function usesOf(turn: readonly ModelMessage[]): Gist['uses'] {
  const blocks = turn.flatMap(({ content }) => content);
  const failed = new Set(
    blocks
      .filter((block) => block.type === 'tool_result' && block['is_error'] === true)
      .map((block) => block['tool_use_id']),
  );
  return blocks
    .filter((block) => block.type === 'tool_use')
    .map((block) => {
      const path = (block['input'] as { path?: unknown } | undefined)?.path;
      return {
        name: String(block['name']),
        path: typeof path === 'string' ? path : undefined,
        ok: !failed.has(block['id']!),
      };
    });
}

const DULL = new Set(
  `about above after again against also another anything around because been before being below between both
  cannot come could describe design does doing done down during each either else ensure even every everything
  first from full further give given gives good half have having here holds however http https into itself just
  keep kind know last least less like line lines little long look looks made make makes making many more most
  much must name named need needs never next none nothing only other others otherwise over part place please
  point rather ready really same says several shall should show shows since some something still such take
  taken text than that their them then there these they thing things this those three through today together
  turn under until upon used uses using very want well were what when where whether which while whole will with
  within without word work would write written your yours review reviewed reviewer producer request requests
  material materials create build team agent agents move moves tool tools draft submit round data null true
  false string integer primary text`.split(/\s+/),
);
