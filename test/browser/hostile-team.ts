/**
 * A team in which everything that anybody could have written was written by an enemy of the page: a team that was really
 * led, its free texts replaced. Its twin has texts of the same lengths that hurt nobody; what differs between the two on a
 * screen is what the enemy has achieved.
 *
 * Invariant: what the vocabulary checks stays valid, so that every projection hears it.
 */

import type { EventMeta, Json, JsonObject, RecordedEvent } from '../../src/events/event.ts';
import { createCatalog } from '../../src/events/known-events.ts';
import { vocabulary } from '../../src/events/words/index.ts';

/** What the texts try to do. */
export const ACHIEVED = 'achieved';
const ACT = `window.${ACHIEVED}=1`;

const ATTACKS: readonly string[] = [
  `<script>${ACT}</script>`,
  `<img src=x onerror="${ACT}">`,
  `[read this](javascript:${ACT})`,
  `<a href="javascript:${ACT}">read this</a>`,
  `javascript:${ACT}`,
  `</script><script>${ACT}</script><!--<script>`,
  `]]><svg onload="${ACT}"><![CDATA[`,
  `{{constructor.constructor('${ACT}')()}} \${${ACT}} <%= ${ACT} %>`,
  `"><iframe srcdoc="<script>parent.${ACHIEVED}=1</script>"></iframe><input autofocus onfocus='${ACT}'`,
  `</title></style></textarea><style>*{display:none}</style><base href="http://127.0.0.1:9/">`,
  'invoice\u202Efdp.exe \u2066hidden\u2069 \u061c\u200fback',
  'ad\u200bm\u200bin \u2060\ufeff\u{e0041}\u{e0042}',
  'zero \u0000 bell \u0007 \u001b[2J\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u009b1m \ud800 half',
  `lines \u2028 and \u2029 paragraphs, \r returned, ${'e\u0301\u0327'.repeat(12)}`,
  '__proto__',
  'constructor',
  `&lt;script&gt;${ACT}&lt;/script&gt; &#x3c;img&#x3e;`,
];

/** As long, of the same words and lines, and nothing but letters. */
const harmlessly = (text: string): string => text.replaceAll(/[^A-Za-z0-9\n ]/g, '.');

/** Who is in the team: names that every object knows. */
const ACTORS: Readonly<Record<string, [hostile: string, harmless: string]>> = {
  producer: ['constructor', 'composer.a'],
  'reviewer-1': ['toString', 'reader.b'],
  'reviewer-2': ['hasOwnProperty', 'reader.c.second'],
};

/** Fields that hold what somebody wrote. */
const FREE = new Set(
  (
    'text title summary content problem remedy response evidence reason detail message brief note notes ' +
    'resolution subject view about path system role description by request materials name labels'
  ).split(' '),
);
/** Of these the machines, and so the panels, take the meaning. */
const MEANT: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['labels', new Set(['pattern', 'rehearsal', 'seed', 'latencyMs', 'failureRate'])],
  ['name', new Set(['submit_draft', 'approve', 'request_changes', 'message'])],
  ['by', new Set(Object.keys(ACTORS).concat('pattern', 'team'))],
]);

export interface Twins {
  hostile: RecordedEvent[];
  harmless: RecordedEvent[];
}

/** Both of a team of the review loop. */
export function twinsOf(
  events: readonly RecordedEvent[],
  hostile: string,
  harmless: string,
): Twins {
  const long = [...events.slice(0, -1), ...monsters(events.at(-1)!.meta), events.at(-1)!];
  const attack = new Attack();
  const attacked = long.map((event) => attack.on(event));
  const tamed = attacked.map((event) => ({ ...event, ...tame(event) }));
  return {
    hostile: attacked.map((event, revision) => placed(event, revision, hostile, 0)),
    harmless: tamed.map((event, revision) => placed(event, revision, harmless, 1)),
  };
}

/** Puts an attack into every free text, each in its turn. */
class Attack {
  #count = 0;

  on(event: RecordedEvent): RecordedEvent {
    return { ...event, data: this.#changed(event.data, '', false) as JsonObject };
  }

  #changed(value: Json, key: string, isFree: boolean): Json {
    const free = isFree || FREE.has(key);
    if (typeof value === 'string')
      return free && !MEANT.get(key)?.has(value) && value.length < 100_000 ? this.#next() : value;
    if (Array.isArray(value)) return value.map((item) => this.#changed(item, key, free));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([name, item]) => {
      const isMeant = MEANT.get(key)?.has(name) ?? false;
      const isTyped = name === 'type' || name === 'id';
      const inner = typeof item === 'string' && (isMeant || isTyped);
      return [name, inner ? item : this.#changed(item, name, key === 'labels')];
    });
    return Object.fromEntries(fields);
  }

  #next(): string {
    const number = this.#count++;
    return `${ATTACKS[number % ATTACKS.length]} ${number}`;
  }
}

/** What no honest agent says: too long, too many, of names that are not for names. */
function monsters({ at, turn }: EventMeta): RecordedEvent[] {
  const meta = { at, turn: turn - 1 };
  const said = (type: string, data: JsonObject, more: Partial<EventMeta> = {}, version = 1) =>
    ({ type, version, data, meta: { ...meta, ...more } }) as RecordedEvent;
  const many = Array.from({ length: 10_000 }, (_, i) => `entry <b>${i}</b>`);
  const told = (text: string) =>
    said('message.told', { by: 'producer', text }, { to: ['producer'] });
  return [
    told(`one line <script>${ACT}</script>${'x'.repeat(1_000_000)}`),
    told(`breaks ${'\n'.repeat(100_000)}<img src=x onerror=${ACT}> the end`),
    told(`words ${'\u202e\u0000'.repeat(60_000)}`),
    said('decision.made', {
      subject: 'everything',
      proposedBy: 'producer',
      challengedBy: many,
      resolution: 'all of it',
      basis: 'agreed',
    }),
    said('model.replied', {
      model: '\u202eledom',
      content: [
        { type: 'text', text: `<script>${ACT}</script>` },
        { type: 'tool_use', id: 'u1', name: '<img src=x>\u202e\u0007', input: { many } },
        { type: 'thinking\u200b<b>', thinking: '\u202e' },
        ...many.map((text) => ({ type: 'text', text })),
      ],
      stopReason: '<b>\u202e',
      usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0 },
      requestHash: 'h',
      latencyMs: 1,
      rehearsal: true,
    }),
    said('task.created', { task: 'many', title: 'blocked', blockedBy: many }),
    said(
      'odd<img src=x onerror=window.achieved=1>.\u202ething',
      {
        ...JSON.parse(`{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}`),
        [`<script>${ACT}</script>`]: `<script>${ACT}</script>`,
        'zero\u200bwidth \u0000 key': 'a key',
        many,
        keys: Object.fromEntries(many.map((name) => [name, name])),
        deep: JSON.parse(`${'{"in":'.repeat(500)}1${'}'.repeat(500)}`),
      },
      {},
      0,
    ),
  ];
}

function tame({ type, data }: RecordedEvent): Pick<RecordedEvent, 'type' | 'data'> {
  const tamed = (value: Json): Json => {
    if (typeof value === 'string') return isAttack(value) ? harmlessly(value) : value;
    if (Array.isArray(value)) return value.map(tamed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        isAttack(key) || key === '__proto__' ? harmlessly(key) : key,
        tamed(item),
      ]),
    );
  };
  return { type: isAttack(type) ? 'odd.thing' : type, data: tamed(data) as JsonObject };
}

const isAttack = (text: string): boolean => /[^\x20-\x7e\n]|[<>{}]|javascript:/.test(text);

const catalog = createCatalog(vocabulary);
const NAMED = new RegExp(`"(${Object.keys(ACTORS).join('|')})(?=["/])`, 'g');

function placed(event: RecordedEvent, revision: number, team: string, side: 0 | 1): RecordedEvent {
  const renamed = <Value>(value: Value): Value =>
    JSON.parse(JSON.stringify(value).replaceAll(NAMED, (_, actor) => `"${ACTORS[actor]![side]}`));
  const data = renamed(event.type === 'team.formed' ? { ...event.data, team } : event.data);
  catalog.check(event.type, event.version, data);
  return { ...event, revision, data, meta: renamed(event.meta) };
}
