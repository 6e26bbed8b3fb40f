/**
 * Where two teams part: the first event, turn by turn, in which one said or heard something else than the other.
 *
 * Compared is what was said, by whom, to whom, and who was deaf; not how it came about: leaders and forks, the
 * doorkeeper's leave, times, ids, hashes, limits, what was used. A revision is equal to one that stands at the same place,
 * since new leaders shift all that follow.
 *
 * Invariants
 * 1. A stream has no difference from itself, nor from a fork of it in which everything was said again.
 * 2. It is symmetric: `b` against `a` parts at the same two events.
 */
import type { Json, JsonObject, RecordedEvent } from '../../events/event.ts';

export interface Difference {
  /** `content`: something else was said; `order`: the same was heard later; `missing`: one has gone on alone. */
  kind: 'content' | 'order' | 'missing';
  /** In the first team, and in the second; null where nothing stands. */
  revision: number | null;
  revisionB: number | null;
  a: DifferingEvent | null;
  b: DifferingEvent | null;
  /** What set the turn off in which they part, where it is not the event itself. */
  causeA: DifferingEvent | null;
  causeB: DifferingEvent | null;
}

export interface DifferingEvent {
  revision: number;
  type: string;
  actor: string | null;
  to: string[];
  data: JsonObject;
}

export function firstDifference(
  a: readonly RecordedEvent[],
  b: readonly RecordedEvent[],
): Difference | null {
  const [left, right] = [told(a), told(b)];
  const same = sameIn(left.place, right.place);
  for (let i = 0; i < Math.max(left.turns.length, right.turns.length); i++) {
    const [one, other] = [left.turns[i] ?? [], right.turns[i] ?? []];
    const at = firstUnlike(one, other, same);
    if (at < 0) continue;
    const isLater =
      right.turns.slice(i + 1).some((turn) => firstUnlike(one, turn, same) < 0) ||
      left.turns.slice(i + 1).some((turn) => firstUnlike(turn, other, same) < 0);
    return {
      kind: !one[at] || !other[at] ? 'missing' : isLater ? 'order' : 'content',
      revision: one[at]?.revision ?? null,
      revisionB: other[at]?.revision ?? null,
      a: shown(one[at]),
      b: shown(other[at]),
      causeA: at === 0 ? null : shown(one[0]),
      causeB: at === 0 ? null : shown(other[0]),
    };
  }
  return null;
}

/** How things come about, which may differ while the same is said. */
const UNTOLD: ReadonlySet<string> = new Set([
  'leader.took',
  'team.upgraded',
  'team.forked',
  'work.admitted',
  'work.started',
  'work.delayed',
  'work.cancelled',
  'work.late',
  'work.lapsed',
]);

interface Told {
  turns: RecordedEvent[][];
  /** The place of each told revision among all that are told. */
  place: ReadonlyMap<number, number>;
}

function told(events: readonly RecordedEvent[]): Told {
  const turns: RecordedEvent[][] = [];
  const place = new Map<number, number>();
  let turn = -1;
  for (const event of events) {
    if (UNTOLD.has(event.type) || isOwnTimer(event)) continue;
    if (event.meta.turn === turn) turns.at(-1)?.push(event);
    else turns.push([event]);
    turn = event.meta.turn;
    place.set(event.revision, place.size);
  }
  return { turns, place };
}

/** The runtime's own timers only let work be judged again. */
const isOwnTimer = ({ type, data }: RecordedEvent): boolean =>
  type === 'timer.fired' && data['actor'] === '' && String(data['timer']).startsWith('work:');

type Same = (a: Json | undefined, b: Json | undefined) => boolean;

function firstUnlike(a: readonly RecordedEvent[], b: readonly RecordedEvent[], same: Same): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i], b[i]];
    if (!one || !other || !same(essence(one), essence(other))) return i;
  }
  return -1;
}

/** What the event says, and to whom. */
function essence({ type, data, meta }: RecordedEvent): JsonObject {
  const left = LEFT_OUT[type] ?? [];
  const rest = Object.entries(data).filter(([key]) => !left.includes(key));
  return {
    type,
    actor: meta.actor ?? null,
    work: meta.work ?? null,
    to: meta.to ?? [],
    deaf: meta.deaf ?? [],
    undeliverable: meta.undeliverable ?? [],
    data: withoutUseIds(Object.fromEntries(rest)),
  };
}

/** Measures, names and hashes, by type of event. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  'team.formed': ['team', 'package', 'parent', 'limits', 'labels'],
  'team.dissolved': ['heard'],
  'team.stopped': ['heard'],
  'team.stopRequested': ['team'],
  'timer.fired': ['dueAt'],
  'model.replied': ['model', 'usage', 'requestHash', 'latencyMs', 'rehearsal', 'answeredBy'],
  'model.failed': ['message', 'usage', 'requestHash', 'latencyMs', 'retryAfterMs', 'answeredBy'],
  'tool.returned': ['use', 'team', 'usage', 'spent', 'latencyMs'],
  'tool.failed': ['usage', 'spent'],
  'team.returned': ['team', 'usage', 'spent'],
  'team.failed': ['team', 'usage', 'spent'],
  'work.refused': ['message'],
  'turn.forfeited': ['detail'],
  'limit.neared': ['used', 'of'],
  'budget.breached': ['reserved', 'reported'],
};

function withoutUseIds(data: JsonObject): JsonObject {
  const { content } = data;
  if (!Array.isArray(content)) return data;
  const blocks = content.map((block) => {
    if (typeof block !== 'object' || block === null || Array.isArray(block)) return block;
    const { id: _, signature: _signature, ...rest } = block;
    return rest;
  });
  return { ...data, content: blocks };
}

/** Equality of JSON in which a revision equals the one at the same place. */
function sameIn(left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>): Same {
  const sameRevision = (a: number, b: number): boolean =>
    left.has(a) && left.get(a) === right.get(b);
  const same: Same = (a, b) => {
    if (a === b) return true;
    if (typeof a === 'number' && typeof b === 'number') return sameRevision(a, b);
    if (typeof a === 'string' && typeof b === 'string') {
      const [one, other] = [WORK.exec(a), WORK.exec(b)];
      if (!one || !other) return false;
      const [, workA, atA, nthA] = one;
      const [, workB, atB, nthB] = other;
      return workA === workB && nthA === nthB && sameRevision(Number(atA), Number(atB));
    }
    if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    const [one, other] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
    const keys = new Set([...one.keys(), ...other.keys()]);
    return [...keys].every((key) => same(one.get(key), other.get(key)));
  };
  return same;
}

const WORK = /^([^@\s]+\/[^@\s]+)@(\d+)((?:\.\d+)?)$/;

const shown = (event: RecordedEvent | undefined): DifferingEvent | null =>
  event
    ? {
        revision: event.revision,
        type: event.type,
        actor: event.meta.actor ?? null,
        to: event.meta.to ?? [],
        data: event.data,
      }
    : null;
