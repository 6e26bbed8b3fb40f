/**
 * What if the budget had been another one: the recorded usage is folded under it by the doorkeeper's own policy.
 * No model is asked; what a model would have said to a team that ends earlier nobody knows, and it is not guessed.
 *
 * A team stops in one of two ways. At 80 % it is asked to come to an end and begins no further round; a call whose
 * worst case does not fit is refused. What was under way by then is paid for all the same.
 *
 * Invariants
 * 1. Up to the stop the record is what would have happened, as long as no call would have had to wait for others'
 *    reservations and no answer was longer than it could have been; from the first such on it is said to be unsure.
 * 2. spent + saved = recorded, wherever it stops.
 */

import type { Amount } from '../events/amounts.ts';
import type { EventOf, RecordedEvent } from '../events/event.ts';
import type { EventCatalog } from '../events/known-events.ts';
import type { modelReplied } from '../events/words/agent.ts';
import type { Limits } from '../events/words/team.ts';
import { isMove } from '../projections/moves/moves-made.ts';
import { budget } from './gate/budget.ts';
import type { Ledger } from './gate/ledger.ts';
import { type FoldedEvent, foldedOf, type Verdict } from './gate/policy.ts';
import type { Formed, OwedWork } from './state/team-state.ts';
import type { Worker, Workers } from './worker.ts';

interface Stop {
  revision: number;
  type: string;
  /** `refused`: a call did not fit; `neared`: asked to come to an end, it would have begun no further round. */
  why: 'refused' | 'neared';
  /** Whose call, and what the doorkeeper would have said. */
  actor: string | null;
  detail: string;
}

export interface WhatIf {
  budget: { tokens: number | null; usd: number | null };
  /** Where 80 % were used. */
  neared: { revision: number; limit: string; used: number; of: number } | null;
  stops: Stop | null;
  recorded: Amount;
  /** Until the stop. A pattern that lets others finish asks them for something new; nobody knows what that costs. */
  spent: Amount;
  saved: Amount;
  lost: {
    modelCalls: number;
    rounds: number;
    moves: number;
    artifacts: string[];
    /** The recorded result was made after the stop. */
    result: boolean;
  };
  /** The first call that would have had to wait, or answer that could not have been so long. */
  unsureFrom: number | null;
  /** A recorded end that this budget would have put off: what would have come then is not known. */
  goesOnAt: number | null;
  /** A synthesis would still have been written, from less; it is not counted. */
  synthesis: boolean;
}

interface WhatIfSite {
  readonly catalog: EventCatalog;
  /** For what each call may cost at most; of others, what was recorded as reserved. */
  readonly workers: Workers;
}

/** `limits` of tokens and USD take the place of the recorded ones; undefined leaves one away. */
export function whatIf(
  events: readonly RecordedEvent[],
  limits: Pick<Limits, 'tokens' | 'usd'>,
  site: WhatIfSite,
): WhatIf {
  const formed = events[0]?.data as unknown as Formed;
  if (events[0]?.type !== 'team.formed') throw new RangeError('the first event is not team.formed');
  const fold = new BudgetFold(formed, limits, site);
  for (const event of events) fold.hear(event);
  return fold.told(events);
}

/** Ends that a budget brings about; with a larger one the team would have gone on. */
const isBudgetEnd = ({ type, data }: RecordedEvent): boolean =>
  (type === 'work.refused' || type === 'limit.neared') &&
  (data['limit'] === 'tokens' || data['limit'] === 'usd');

class BudgetFold {
  private ledger: Ledger;
  /** The same under the recorded limits: what was really spent. */
  private real: Ledger;
  private neared: (NonNullable<WhatIf['neared']> & { turn: number }) | null = null;
  private turn = 0;
  private current = 0;
  private stop: Stop | null = null;
  private unsureFrom: number | null = null;
  private goesOnAt: number | null = null;
  /** Admitted in the record and not yet here, with the result that has come meanwhile. */
  private readonly waiting = new Map<string, { admitted: RecordedEvent; result?: RecordedEvent }>();
  /** Works of this budget's own refusal or after the stop: they were never begun. */
  private readonly never = new Set<string>();
  private readonly letIn = new Map<string, RecordedEvent>();
  private readonly bounds = new Map<string, number>();
  private readonly limit: WhatIf['budget'];
  private readonly synthesis: boolean;
  private readonly ofHorde: boolean;
  private readonly ownLimits: Pick<Limits, 'tokens' | 'usd'>;

  constructor(
    formed: Formed,
    limits: Pick<Limits, 'tokens' | 'usd'>,
    private readonly site: WhatIfSite,
  ) {
    const { tokens, usd, ...others } = formed.limits;
    this.ownLimits = { tokens, usd };
    const wished = Object.fromEntries(Object.entries(limits).filter(([, value]) => value));
    this.limit = { tokens: limits.tokens ?? null, usd: limits.usd ?? null };
    this.ledger = budget.initial({ ...formed, limits: { ...others, ...wished } });
    this.real = budget.initial({ ...formed, limits: { ...others } });
    const input = formed.input as { scribe?: unknown } | null;
    this.ofHorde = formed.machine === 'team';
    this.synthesis = this.ofHorde && Boolean(input?.scribe);
  }

  hear(event: RecordedEvent): void {
    const folded = this.folded(event);
    this.turn = event.meta.turn;
    this.current = event.revision;
    if (event.type === 'team.forked') return;
    this.real = budget.apply(this.real, folded);
    this.compareEnd(event);
    const { work } = event.meta;
    if (work !== undefined && this.never.has(work)) return;
    if (event.type === 'work.admitted' && isDear(event)) this.admit(event);
    else if (this.stop && !this.isOpen(work)) return;
    else if (work !== undefined && this.waiting.has(work) && SETTLES.test(event.type))
      this.waiting.get(work)!.result = event;
    else {
      this.apply(folded);
      this.lookAt(event);
    }
  }

  private admit(event: RecordedEvent): void {
    const work = event.meta.work!;
    if (this.stop) {
      this.never.add(work);
      return;
    }
    const verdict = this.judge(event);
    if ('refuse' in verdict) this.refuse(event, verdict.refuse.message);
    else if ('admit' in verdict) this.reserve(event, verdict.admit);
    else {
      this.waiting.set(work, { admitted: event });
      this.unsureFrom ??= event.revision;
    }
  }

  private reserve(
    event: RecordedEvent,
    { reserved, outputTokensMax }: { reserved: Amount; outputTokensMax?: number },
  ): void {
    this.letIn.set(event.meta.work!, event);
    if (outputTokensMax !== undefined) this.bounds.set(event.meta.work!, outputTokensMax);
    this.apply({ ...this.folded(event), data: { ...event.data, reserved } });
  }

  private refuse(event: RecordedEvent, detail: string): void {
    const work = event.meta.work!;
    this.never.add(work);
    const actor = work.slice(0, work.indexOf('/'));
    // One that had to wait is refused when the others have settled.
    const revision = Math.max(event.revision, this.current);
    this.stop ??= { revision, type: event.type, why: 'refused', actor, detail };
    if (this.ofHorde) this.takeBack(event.meta.turn);
  }

  /** The refusal ends the team in this very turn: what was let in beside it is cancelled before it begins. */
  private takeBack(turn: number): void {
    for (const [work, event] of this.letIn) {
      if (event.meta.turn !== turn || !this.isOpen(work)) continue;
      this.never.add(work);
      const cancelled = { ...event, type: 'work.cancelled', data: { started: false } };
      this.ledger = budget.apply(this.ledger, this.folded(cancelled));
    }
  }

  private judge(event: RecordedEvent): Verdict {
    const { effect, purpose, src } = event.data as { effect: 'paid'; purpose: string; src: string };
    const id = event.meta.work!;
    const work = { id, actor: id.slice(0, id.indexOf('/')), src, input: { purpose } };
    const worker = this.workerOf(event);
    const question = { work: work as unknown as OwedWork, worker, effect, at: event.meta.at };
    return budget.judge!(this.ledger, question) ?? { admit: { reserved: NOTHING } };
  }

  private workerOf({ data }: RecordedEvent): Worker {
    const src = String(data['src']);
    const known = Object.hasOwn(this.site.workers, src) ? this.site.workers[src] : undefined;
    return data['effect'] === 'paid' && known?.reserve
      ? known
      : asRecorded(data['reserved'] as Amount);
  }

  private apply(event: FoldedEvent): void {
    const before = this.ledger;
    this.ledger = budget.apply(before, event);
    const turn = this.turn;
    for (const { type, data } of budget.notices!(before, this.ledger, event)) {
      if (type !== 'limit.neared') continue;
      const { limit, used, of } = data as { limit: string; used: number; of: number };
      this.neared ??= { revision: event.revision, limit, used, of, turn };
    }
    if (event.work === undefined || !SETTLES.test(event.type)) return;
    for (const [work, { admitted, result }] of this.waiting) {
      const verdict = this.judge(admitted);
      if ('delay' in verdict) continue;
      this.waiting.delete(work);
      if ('refuse' in verdict) this.refuse(admitted, verdict.refuse.message);
      else this.reserve(admitted, verdict.admit);
      if (!result || !('admit' in verdict)) continue;
      this.apply(this.folded(result));
      return;
    }
  }

  /** Whether the team would have gone on so: by its rounds, and by the length of its answers. */
  private lookAt(event: RecordedEvent): void {
    if (event.type === 'round.started' && this.neared && this.ofHorde) {
      const { turn, limit } = this.neared;
      if (event.meta.turn > turn)
        this.stop ??= {
          revision: event.revision,
          type: event.type,
          why: 'neared',
          actor: null,
          detail: `80 % of ${limit} were used: asked to come to an end, the team begins no further round`,
        };
    }
    const most = this.bounds.get(event.meta.work ?? '');
    const { usage } = event.data as Partial<EventOf<typeof modelReplied>['data']>;
    if (most !== undefined && usage && usage.outputTokens > most)
      this.unsureFrom ??= event.revision;
  }

  /** The record's own end by budget, which a larger one puts off. */
  private compareEnd(event: RecordedEvent): void {
    if (!isBudgetEnd(event) || this.stop) return;
    const unit = event.data['limit'] as 'tokens' | 'usd';
    const most = this.limit[unit];
    const isPutOff =
      event.type === 'limit.neared'
        ? most === null || this.ledger.settled[unit] < most * 0.8
        : most === null || most > (this.ownLimits[unit] ?? 0);
    if (isPutOff && !this.neared) this.goesOnAt ??= event.revision;
  }

  private isOpen(work: string | undefined): boolean {
    return this.ledger.open.some(([id]) => id === work);
  }

  private folded(event: RecordedEvent): FoldedEvent {
    return foldedOf(event, this.site.catalog.get(event.type));
  }

  told(events: readonly RecordedEvent[]): WhatIf {
    const { stop, neared } = this;
    const recorded = this.real.settled;
    const spent = this.ledger.settled;
    const lost = stop ? events.filter(({ revision }) => revision >= stop.revision) : [];
    return {
      budget: this.limit,
      neared: neared && {
        revision: neared.revision,
        limit: neared.limit,
        used: neared.used,
        of: neared.of,
      },
      stops: stop,
      recorded,
      spent,
      saved: {
        tokens: recorded.tokens - spent.tokens,
        usd: Math.max(0, Math.round((recorded.usd - spent.usd) * 1e8) / 1e8),
      },
      lost: this.lostIn(lost, stop),
      unsureFrom:
        this.unsureFrom !== null && (!stop || this.unsureFrom <= stop.revision)
          ? this.unsureFrom
          : null,
      goesOnAt: this.goesOnAt,
      synthesis: stop !== null && this.synthesis,
    };
  }

  private lostIn(events: readonly RecordedEvent[], stop: Stop | null): WhatIf['lost'] {
    const of = (type: string) => events.filter((event) => event.type === type);
    const concluded = of('pattern.concluded')[0]?.data['result'] as number[] | undefined;
    return {
      modelCalls: of('model.replied').filter(({ meta }) => this.never.has(meta.work ?? '')).length,
      rounds: of('round.started').length,
      moves: events.filter(isMove).length,
      artifacts: of('artifact.registered').map(({ data }) => String(data['title'])),
      result: stop !== null && (concluded ?? []).some((revision) => revision >= stop.revision),
    };
  }
}

const NOTHING: Amount = { tokens: 0, usd: 0 };

const isDear = ({ data }: RecordedEvent): boolean =>
  data['effect'] === 'paid' || data['effect'] === 'attaching';

/** Everything that settles a reservation or gives it back. */
const SETTLES = /^(?!work\.(admitted|delayed|started)$)/;

const asRecorded = ({ tokens, usd }: Amount): Worker => ({
  effect: 'paid',
  reserve: () => ({
    inputTokens: tokens,
    outputTokens: 0,
    outputTokensMin: 0,
    usd: () => usd,
  }),
  run: () => Promise.reject(new Error('nothing is run')),
});
