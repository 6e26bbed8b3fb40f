/** What an event is to someone who looks for the one that matters: its colour in the timeline, and what one jumps to. */
import type { RecordedEvent } from '../../../events/event.ts';
import { isMove } from '../../../projections/moves/moves-made.ts';

export type EventKind =
  | 'move'
  | 'message'
  | 'model'
  | 'tool'
  | 'task'
  | 'round'
  | 'life'
  | 'refusal'
  | 'failure'
  | 'person'
  | 'runtime';

const KINDS: Readonly<Record<string, EventKind>> = {
  'message.sent': 'message',
  'message.told': 'person',
  'person.answered': 'person',
  'person.asked': 'person',
  'agent.advised': 'message',
  'model.replied': 'model',
  'model.failed': 'failure',
  'tool.returned': 'tool',
  'tool.failed': 'failure',
  'team.returned': 'tool',
  'team.failed': 'failure',
  'work.failed': 'failure',
  'work.lapsed': 'failure',
  'work.refused': 'refusal',
  'seat.refused': 'refusal',
  'origin.refused': 'refusal',
  'shutdown.declined': 'refusal',
  'turn.corrected': 'refusal',
  'turn.forfeited': 'failure',
  'seat.lost': 'failure',
  'agent.nudged': 'refusal',
  'budget.breached': 'failure',
  'limit.neared': 'refusal',
  'team.stopped': 'failure',
  'round.started': 'round',
  'team.phased': 'life',
  'artifact.registered': 'task',
  'decision.made': 'task',
  'dissent.noted': 'task',
};

const BY_TOPIC: Readonly<Record<string, EventKind>> = {
  task: 'task',
  team: 'life',
  agent: 'life',
  actor: 'life',
  pattern: 'life',
  seat: 'life',
  turn: 'round',
};

export function kindOf(event: RecordedEvent): EventKind {
  const { type, data, meta } = event;
  if (isMove(event)) return (meta.undeliverable?.length ?? 0) > 0 ? 'refusal' : 'move';
  if (type === 'tool.returned' && data['ok'] === false) return 'failure';
  return KINDS[type] ?? BY_TOPIC[type.slice(0, type.indexOf('.'))] ?? 'runtime';
}
