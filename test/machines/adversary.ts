/**
 * An adversary: answers every piece of work in the worst taste that a draw of numbers allows. It knows what is
 * legal and mixes it with everything that is not: failures, refusals, chatter, silence, stale moves.
 */
import type { Stage, Work } from './stage.ts';

/** A number from 0 to below `n`. */
export type Draw = (n: number) => number;

const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0 };
const KINDS = [
  'transient',
  'rateLimited',
  'overloaded',
  'refused',
  'truncated',
  'contextTooLong',
  'invalidRequest',
  'authentication',
  'circuitOpen',
  'timedOut',
  'cancelled',
  'outcomeUnknown',
];

const pick = <Item>(draw: Draw, items: readonly Item[]): Item => items[draw(items.length)]!;
const use = (name: string, input: object) => ({ type: 'tool_use', id: name, name, input });
const product = { title: 'T', summary: 's', content: 'c' };
const issue = (tag: string) => ({ tag, severity: 'low', problem: 'p', remedy: 'r' });

/** One step: some work is settled, something comes from outside, or time passes. */
export function adversaryStep(stage: Stage, draw: Draw, harm: number): void {
  const works = [...stage.works.values()];
  const chance = draw(100);
  if (chance < 1) stage.tell('limit.neared', { limit: 'tokens', used: 80, of: 100 });
  else if (works.length === 0 || chance < harm / 3) stage.passTime();
  else settle(stage, pick(draw, works), draw, harm);
}

function settle(stage: Stage, work: Work, draw: Draw, harm: number): void {
  const isHarmful = draw(100) < harm;
  if (work.src === 'useTool') {
    const { tool, reply } = work.input;
    const data = { tool, use: tool, reply, ok: !isHarmful, text: '', latencyMs: 1 };
    if (isHarmful && draw(2) === 0)
      stage.settle(work, 'tool.failed', { kind: 'error', message: 'no' });
    else stage.settle(work, 'tool.returned', data);
  } else if (isHarmful && draw(3) === 0) fail(stage, work, draw);
  else {
    const { moves } = stage.context(work.actor).turn;
    stage.settle(work, 'model.replied', {
      model: 'm',
      content: isHarmful ? nonsense(draw, moves) : [legal(draw, moves)],
      stopReason: 'end_turn',
      usage,
      requestHash: '',
      latencyMs: 1,
      rehearsal: true,
    });
  }
}

function fail(stage: Stage, work: Work, draw: Draw): void {
  if (draw(12) === 0) {
    const data = { work: 'w', src: work.src, kind: 'refused', limit: 'tokens', message: 'spent' };
    stage.settle(work, 'work.refused', data);
  } else {
    const data = { kind: pick(draw, KINDS), message: 'no', latencyMs: 1 };
    stage.settle(work, 'model.failed', data);
  }
}

/** A legal move: hollow or sound approvals, old points and new ones. */
function legal(draw: Draw, moves: readonly string[]): object {
  const move = pick(draw, moves);
  switch (move) {
    case 'submit_draft':
      return use(move, { ...product, answers: [] });
    case 'hand_over':
      return use(move, { ...product, open: [] });
    case 'sign_off':
      return use(move, { evidence: 'read' });
    case 'approve':
      return use(move, { evidence: draw(2) ? 'fine' : 'x'.repeat(90), issues: [] });
    case 'request_changes':
      return use(move, { issues: [issue(pick(draw, ['A', 'B', 'C', 'D', 'E', 'F']))] });
    case 'report_findings':
      return use(move, { ...product, findings: findings(draw, 3), more: draw(2) === 0 });
    case 'handle_finding':
      return use(move, {
        ...product,
        outcome: pick(draw, ['resolved', 'dismissed', 'blocked']),
        reason: 'r',
        findings: findings(draw, 1),
      });
    case 'contribute':
      return use(move, { ...product, confidence: pick(draw, ['high', 'medium', 'low']) });
    default:
      return use(move, { ...product, decisions: [], dissent: [], confidence: 'low' });
  }
}

/** Some that take a specialist of those there may be, some that take one there is not. */
const findings = (draw: Draw, most: number): object[] =>
  Array.from({ length: draw(most + 1) }, () => ({
    tag: `F-${draw(9)}`,
    title: 't',
    severity: pick(draw, ['critical', 'high', 'low']),
    detail: 'd',
    evidence: 'e',
    specialist: pick(draw, ['specialist-2', 'specialist-3', 'specialist-4', 'none', 'plumber']),
  }));

function nonsense(draw: Draw, moves: readonly string[]): object[] {
  const reading = use('read_file', { path: 'a' });
  const asking = use('ask_person', { question: 'q' });
  const message = use('send_message', { to: pick(draw, ['nobody', 'producer']), text: 'hm' });
  const kinds = [
    () => [],
    () => [{ type: 'text', text: 'Certainly!' }],
    () => [use('launch_rockets', {})],
    () => [use(moves[0]!, { wrong: true })],
    () => [use('vote', {}), legal(draw, moves)],
    () => Array(draw(17) + 1).fill(reading),
    () => [reading, message, legal(draw, moves)],
    () => [message],
    () => [asking],
    () => [legal(draw, moves), legal(draw, moves)],
  ];
  return pick(draw, kinds)();
}
