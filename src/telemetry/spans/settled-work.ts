/** What the span of a piece of work is told by the event that settles it: failure, usage, what a model or a tool said. */

import type { Usage } from '../../events/amounts.ts';
import type { JsonObject, RecordedEvent } from '../../events/event.ts';
import { fieldsOf, textIn } from '../../events/fields.ts';
import { type Span, usageOf } from './span.ts';

export function markSettled(span: Span, { type, data }: RecordedEvent): void {
  if (type.endsWith('.failed') || type === 'work.lapsed') {
    span.error = String(data['kind'] ?? 'lapsed');
    span.attributes['error.type'] = span.error;
  }
  if (type === 'tool.returned') returned(span, data);
  if (data['usage'] !== undefined) Object.assign(span.attributes, usageOf(data['usage'] as Usage));
  if (type !== 'model.replied') return;
  span.attributes['gen_ai.response.model'] = String(data['model']);
  span.attributes['gen_ai.response.finish_reasons'] = [String(data['stopReason'])];
  const by = textIn(fieldsOf(data['answeredBy'])['source']);
  if (by !== undefined) span.attributes['horde.answered_by'] = by;
}

function returned(span: Span, data: JsonObject): void {
  const tool = String(data['tool']);
  span.name = `execute_tool ${tool}`;
  Object.assign(span.attributes, {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': tool,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': String(data['use']),
  });
  if (data['ok'] !== false) return;
  span.error = 'the tool answered with an error';
  span.attributes['error.type'] = 'tool_error';
}
