/**
 * What a fork's stream says of its being one: where its past comes from, which answer a person wrote, how often
 * each request has been answered, and what it has used since.
 *
 * Invariant: the k-th answer to a request in a fork stands for the k-th answer to it in the origin, because the
 * shared past is counted too.
 */

import { tokensOf, type Usage } from '../../events/amounts.ts';
import type { EventOf, RecordedEvent } from '../../events/event.ts';
import { modelFailed, modelReplied, toolReturned } from '../../events/words/agent.ts';
import { teamFailed, teamReturned } from '../../events/words/child.ts';
import { teamForked, type WrittenAnswer } from '../../events/words/fork.ts';
import { teamFormed } from '../../events/words/team.ts';
import { workFailed, workLate } from '../../events/words/work.ts';
import { ownerOf } from '../../events/work-id.ts';
import { enter, entry } from '../kit/named.ts';
import { defineProjection } from '../kit/projection.ts';

export interface ForkView {
  /** Null for a team that is not a fork. */
  origin: { team: string; revision: number } | null;
  /** The team that waits for it, which may be a fork. */
  parent: string | null;
  answer: WrittenAnswer | null;
  /** Whether the written answer has been given. */
  answered: boolean;
  /** Answers by actor and request hash. */
  answers: { [request: string]: number };
  /** Since the fork: answers taken over from the origin, calls that were made, what they used. */
  reused: number;
  modelCalls: number;
  spent: { tokens: number; usd: number };
}

const NOT_FORKED = {
  origin: null,
  answer: null,
  answered: false,
  reused: 0,
  modelCalls: 0,
  spent: { tokens: 0, usd: 0 },
};

const initial: ForkView = { ...NOT_FORKED, parent: null, answers: {} };

export const forkView = defineProjection({
  name: 'fork',
  version: 1,
  initial,
  events: {
    formed: teamFormed,
    forked: teamForked,
    replied: modelReplied,
    failed: modelFailed,
    workFailed,
    late: workLate,
    toolReturned,
    teamReturned,
    teamFailed,
  },
  on: {
    formed(draft, { data }) {
      draft.parent = data.parent?.team ?? null;
    },
    forked(draft, { data }) {
      const { origin, answer = null } = data;
      draft.parent = data.parent?.team ?? null;
      Object.assign(draft, NOT_FORKED, { spent: { tokens: 0, usd: 0 }, origin, answer });
    },
    replied(draft, event) {
      count(draft, event, event.data.usage);
    },
    failed(draft, event) {
      if (WORDS.has(event.data.kind)) count(draft, event, event.data.usage);
      else spend(draft, event.data.usage);
    },
    workFailed: (draft, event) => spend(draft, event.data.usage),
    late: (draft, event) => spend(draft, event.data.usage),
    toolReturned: (draft, event) => pay(draft, event.data.usage),
    teamReturned: (draft, event) => pay(draft, event.data.usage),
    teamFailed: (draft, event) => pay(draft, event.data.usage),
  },
});

type Replied = EventOf<typeof modelReplied>;
type Failed = EventOf<typeof modelFailed>;

/** A model's own word, although no reply: asked the same again, it would say it again. */
const WORDS: ReadonlySet<string> = new Set(['refused', 'truncated']);

export const isAnswer = (event: RecordedEvent): event is Replied | Failed =>
  event.type === modelReplied.type ||
  (event.type === modelFailed.type && WORDS.has(String(event.data['kind'])));

/** What makes two requests the same: who asks, and the hash chained over all that is asked. */
export const requestKey = (actor: string, hash: string): string => `${actor} ${hash}`;

function count(draft: ForkView, event: Replied | Failed, usage: Usage | undefined): void {
  const { requestHash, answeredBy } = event.data;
  if (requestHash !== undefined) {
    const key = requestKey(ownerOf(event), requestHash);
    enter(draft.answers, key, (entry(draft.answers, key) ?? 0) + 1);
  }
  if (answeredBy?.source === 'origin') draft.reused++;
  else if (answeredBy?.source === 'person') draft.answered = true;
  else spend(draft, usage);
}

function spend(draft: ForkView, usage: Usage | undefined): void {
  if (usage) draft.modelCalls++;
  pay(draft, usage);
}

/** What a child team has used is paid for too; its calls are its own. */
function pay(draft: ForkView, usage: Usage | undefined): void {
  if (!usage) return;
  draft.spent.tokens += tokensOf(usage);
  draft.spent.usd += usage.usd;
}
