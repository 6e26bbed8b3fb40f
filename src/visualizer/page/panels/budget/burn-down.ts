/**
 * What was left of a budget, over revisions or over time: the points at which something was reserved or settled, and
 * from these the few that a drawing has room for. Nothing here draws.
 *
 * Invariants
 * 1. A drawing has at most as many samples as asked for, whatever the length of the stream, and what was held at most
 *    (settled plus reserved) within a sample is not lost.
 * 2. Points are taken from a story once, as it grows.
 */

import { lastWhere } from '../../shell/ascending.ts';
import type { TeamStory } from '../../shell/story.ts';

export type Unit = 'tokens' | 'usd';
export type Axis = 'revision' | 'at';

interface Point {
  revision: number;
  /** Milliseconds since 1970. */
  at: number;
  tokens: Held;
  usd: Held;
}

interface Held {
  settled: number;
  reserved: number;
  limit: number | null;
}

/** A refusal, a limit of which 80 % were used, a breach. */
export interface Mark {
  kind: 'refused' | 'neared' | 'breached';
  revision: number;
  at: number;
  text: string;
}

export interface Sample extends Held {
  /** On the axis, from 0 to 1. */
  x: number;
  revision: number;
}

const MARKS: Readonly<Record<string, Mark['kind']>> = {
  'work.refused': 'refused',
  'limit.neared': 'neared',
  'budget.breached': 'breached',
};

export class BurnDown {
  readonly points: Point[] = [];
  readonly marks: Mark[] = [];
  #taken = 0;

  constructor(private readonly story: TeamStory) {}

  /** Takes what the story has got since. */
  update(): this {
    const { events } = this.story;
    for (; this.#taken < events.length; this.#taken++) {
      const { revision, type, data, meta } = events[this.#taken]!;
      const { settled, reserved, limits } = this.story.metricsAt(revision);
      const held = (unit: Unit): Held => ({
        settled: settled[unit],
        reserved: reserved[unit],
        limit: limits[unit],
      });
      const point = { revision, at: meta.at, tokens: held('tokens'), usd: held('usd') };
      if (!isEqual(this.points.at(-1), point)) this.points.push(point);
      const kind = MARKS[type];
      if (kind) this.marks.push({ kind, revision, at: meta.at, text: textOf(kind, data) });
    }
    return this;
  }

  /** From 0 to 1: where a revision stands on the axis. */
  place(axis: Axis, revision: number): number {
    const { events, head } = this.story;
    if (head <= 0) return 0;
    if (axis === 'revision') return Math.max(0, revision) / head;
    const [first, last] = [events[0]!.meta.at, events[head]!.meta.at];
    return last === first ? 1 : ((events[revision]?.meta.at ?? first) - first) / (last - first);
  }

  /** The revision that stands at a place of the axis. */
  revisionAt(axis: Axis, place: number): number {
    const { events, head } = this.story;
    if (head < 0) return -1;
    if (axis === 'revision') return Math.round(place * head);
    const [first, last] = [events[0]!.meta.at, events[head]!.meta.at];
    const at = first + place * (last - first);
    return Math.max(
      0,
      lastWhere(events, ({ meta }) => meta.at <= at),
    );
  }

  /** At most `most` of them, in order. */
  samples(axis: Axis, unit: Unit, most: number): Sample[] {
    const samples: Sample[] = [];
    let bucket = -1;
    for (const point of this.points) {
      const x = this.place(axis, point.revision);
      const own = Math.min(most - 1, Math.floor(x * most));
      const held = point[unit];
      const sample = { x, revision: point.revision, ...held };
      const before = samples.at(-1);
      if (own !== bucket || !before) samples.push(sample);
      // The last of a bucket stands, with the peak of what was held on top of what it had settled.
      else {
        const peak = Math.max(before.settled + before.reserved, held.settled + held.reserved);
        samples[samples.length - 1] = {
          ...sample,
          x: before.x,
          reserved: Math.max(0, peak - held.settled),
        };
      }
      bucket = own;
    }
    return samples;
  }

  /** The most that a drawing has to have room for. */
  most(samples: readonly Sample[]): number {
    let most = 0;
    for (const { settled, reserved, limit } of samples)
      most = Math.max(most, settled + reserved, limit ?? 0);
    return most;
  }
}

const isEqual = (a: Point | undefined, b: Point): boolean =>
  a !== undefined && isHeldEqual(a.tokens, b.tokens) && isHeldEqual(a.usd, b.usd);

const isHeldEqual = (a: Held, b: Held): boolean =>
  a.settled === b.settled && a.reserved === b.reserved && a.limit === b.limit;

type Data = Readonly<Record<string, unknown>>;

function textOf(kind: Mark['kind'], data: Data): string {
  if (kind === 'neared') return `80 % of the limit of ${data['limit']} was used`;
  if (kind === 'refused') return `refused by the limit of ${data['limit']}: ${data['message']}`;
  return 'a provider reported more than was reserved';
}
