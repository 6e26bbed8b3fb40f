/** How a rehearsal plays moves from what its turn shows, and from who else is there. */
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../src/events/event.ts';
import { allMoves } from '../../../src/events/words/index.ts';
import type { ModelRequest } from '../../../src/hands/model/model-client.ts';
import { playTurn } from '../../../src/hands/model/rehearsal/player.ts';
import { type Event, heard } from '../../machines/given.ts';
import { requestFor } from './stage.ts';

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);

interface Turn extends Partial<Pick<ModelRequest['turn'], 'agent' | 'role' | 'brief'>> {
  others?: { actor: string; role: string }[];
  shown?: Event[];
}

/** An event that the team has heard, as a turn shows it. */
const recorded = ({ type, from, revision, at: _, ...data }: any): RecordedEvent =>
  ({ type, revision, data, meta: { actor: from } }) as RecordedEvent;

/** The arguments of the one legal move, for every seed. */
function played(move: string, turn: Turn): any[] {
  const { shown = [], brief = 'Make your move.', ...rest } = turn;
  const request = requestFor({ moves: [move], tools: [allMoves.get(move)!.tool] });
  const granted = { role: 'user' as const, content: [{ type: 'text', text: brief }] };
  const asked: ModelRequest = {
    ...request,
    messages: [...request.messages.slice(0, 2), granted],
    turn: { ...request.turn, ...rest, brief, shown: shown.map(recorded) },
  };
  return seeds.map((seed) => {
    const use = playTurn(asked, seed).find(({ type }) => type === 'tool_use') as any;
    expect(allMoves.get(move)!.args.safeParse(use.input).success).toBe(true);
    return use.input;
  });
}

describe('In a rehearsal of a deliberation', () => {
  const expert = (actor: string) => ({ actor, role: 'expert' });
  const turn: Turn = {
    others: [expert('ben'), expert('cat'), { actor: 'guide', role: 'facilitator' }],
    brief: 'Points put to you, to be answered: COST-001, SPEED-002.',
  };

  it('an expert challenges other experts and answers what was put to it', () => {
    const challenged = new Set<string>();
    for (const { challenges, answers } of played('challenge', turn)) {
      for (const { to } of challenges) challenged.add(to);
      expect(answers.map(({ tag }: { tag: string }) => tag)).toEqual(['COST-001', 'SPEED-002']);
    }
    expect([...challenged].sort()).toEqual(['ben', 'cat']);
  });

  it('a proposal resolves every point that was raised, and so does what is forced', () => {
    const raised = { to: 'ann', tag: 'RISK', challenge: 'c' };
    const challenges = { grant: 2, summary: 's', challenges: [raised], answers: [] };
    const shown = [heard('challenges.raised', 'ben', challenges)];
    for (const move of ['propose_consensus', 'force_synthesis'])
      for (const { resolutions } of played(move, { ...turn, shown }))
        expect(resolutions.map(({ tag }: { tag: string }) => tag)).toEqual([
          ...['RISK', 'COST-001', 'SPEED-002'],
        ]);
  });
});

describe('In a rehearsal of a negotiation', () => {
  const contract = { grant: 1, title: 'API', summary: 's', content: 'c' };
  const changes = [{ tag: 'A', change: 'c', reason: 'r' }];
  const versionsOf = (move: string, shown: Event[]) =>
    new Set(played(move, { shown }).map(({ version }) => version));

  it('an answer names the version of the contract that is shown', () => {
    const proposed = [heard('contract.proposed', 'ann', contract)];
    const countered = [heard('contract.countered', 'ben', { ...contract, version: 3, changes })];
    for (const move of ['counter_propose', 'accept_contract', 'submit_implementation']) {
      expect(versionsOf(move, proposed)).toEqual(new Set([1]));
      expect(versionsOf(move, countered)).toEqual(new Set([4]));
    }
  });
});

describe('In a rehearsal of an assembly line', () => {
  const stages = ['stage-1', 'stage-2', 'stage-4'].map((actor) => ({ actor, role: 'stage' }));
  const asked = (shown: Event[]) =>
    [
      ...new Set(played('ask_upstream', { others: stages, shown }).map(({ stage }) => stage)),
    ].sort();

  it('a stage asks one of those before it, whose deliveries it was given', () => {
    const product = { grant: 1, title: 'T', summary: 's', content: 'c' };
    const shown = ['stage-1', 'stage-2'].map((from) => heard('stage.delivered', from, product));
    expect(asked(shown)).toEqual(['stage-1', 'stage-2']);
  });

  it('a stage that is asked itself asks another than the one who waits', () => {
    const question = { grant: 1, stage: 'stage-3', question: 'q' };
    expect(asked([heard('clarification.asked', 'stage-4', question)])).toEqual([
      ...['stage-1', 'stage-2'],
    ]);
  });
});

describe('In a rehearsal of a discovery', () => {
  const brief =
    'Found already, not to be reported again: COST-001. Specialists that a finding may name: auditor and dba. End your turn.';

  it('a finding names nobody but those whom the brief lists, seated or not', () => {
    const named = new Set<string>();
    for (const move of ['report_findings', 'handle_finding'])
      for (const { findings } of played(move, { brief }))
        for (const { specialist } of findings) named.add(specialist);
    expect([...named].sort()).toEqual(['auditor', 'dba', 'none']);
  });

  it('what has been found is not found again, and whoever finds nothing has nothing more', () => {
    for (const { findings, more } of played('report_findings', { brief })) {
      expect(findings.map(({ tag }: { tag: string }) => tag)).not.toContain('COST-001');
      if (findings.length === 0) expect(more).toBe(false);
    }
  });
});
