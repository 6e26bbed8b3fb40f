/**
 * Where agents changed their minds: an agent that spoke against something speaks for it in its next judgement, or the
 * other way round. What had been shown to it for that judgement, newest first, is what it changed its mind over.
 *
 * Invariants
 * 1. A change is found between two judgements of the same agent, whatever others said between them.
 * 2. What is named as the reason was shown to the agent, or heard by it, before it judged; nothing is guessed.
 */
import type { RecordedEvent } from '../../events/event.ts';
import { enter, entry } from '../kit/named.ts';
import { defineFold, type Projection } from '../kit/projection.ts';

type Stance = 'for' | 'against';

export interface ChangeOfMind {
  agent: string;
  /** The judgement that differs from the one before, and that one. */
  revision: number;
  before: number;
  from: Stance;
  to: Stance;
  /** What others said that it was shown or told since it last judged, newest first. */
  over: number[];
}

interface Judge {
  stance: Stance | null;
  revision: number;
  /** Since its last judgement. */
  shown: number[];
}

export interface ChangesOfMind {
  changes: ChangeOfMind[];
  judges: { [agent: string]: Judge };
}

/** Judgements among the moves. */
const STANCES: ReadonlyMap<string, Stance> = new Map([
  ['review.approved', 'for'],
  ['proposal.agreed', 'for'],
  ['contract.accepted', 'for'],
  ['checkpoint.cleared', 'for'],
  ['watch.cleared', 'for'],
  ['changes.requested', 'against'],
  ['proposal.disputed', 'against'],
  ['contract.countered', 'against'],
  ['correction.required', 'against'],
  ['issues.remained', 'against'],
]);

/** Most of what was shown that is kept for one judgement. */
const SHOWN_MAX = 20;

const fold = defineFold<ChangesOfMind>(
  [...STANCES.keys(), 'turn.granted', 'message.sent', 'message.told'],
  (draft, event) => {
    if (event.type === 'turn.granted') {
      const material = event.data['material'];
      if (Array.isArray(material)) show(draft, String(event.data['agent']), material.map(Number));
    } else if (event.type.startsWith('message.')) {
      for (const hearer of event.meta.to ?? []) show(draft, hearer, [event.revision]);
    } else judge(draft, event);
  },
);

export const changesOfMind: Projection<ChangesOfMind> = {
  name: 'changes-of-mind',
  version: 1,
  initial: { changes: [], judges: {} },
  ...fold,
};

function judgeOf(draft: ChangesOfMind, agent: string): Judge {
  const known = entry(draft.judges, agent);
  if (known) return known;
  enter(draft.judges, agent, { stance: null, revision: -1, shown: [] });
  return entry(draft.judges, agent)!;
}

function show(draft: ChangesOfMind, agent: string, revisions: readonly number[]): void {
  const judge = judgeOf(draft, agent);
  judge.shown = [...new Set([...judge.shown, ...revisions])].slice(-SHOWN_MAX);
}

function judge(draft: ChangesOfMind, { type, revision, meta }: RecordedEvent): void {
  const { actor } = meta;
  if (actor === undefined) return;
  const judge = judgeOf(draft, actor);
  const [from, to] = [judge.stance, STANCES.get(type)!];
  if (from !== null && from !== to) {
    const over = judge.shown.filter((one) => one !== judge.revision).sort((a, b) => b - a);
    draft.changes.push({ agent: actor, revision, before: judge.revision, from, to, over });
  }
  judge.stance = to;
  judge.revision = revision;
  judge.shown = [];
}
