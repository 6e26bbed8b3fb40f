/**
 * Why a model stopped, and whether what it said until then is an answer. A reply that was cut off, refused or
 * never finished is failed work, whoever plays the model.
 */
import type { JsonObject } from '../../events/event.ts';

interface Stop {
  model: string;
  stopReason: string;
  outputTokensMax: number;
  /** The provider's account of a refusal: `{ category, explanation }`. */
  details?: JsonObject | null;
}

/** Why it is no answer; undefined when it is one (`end_turn`, `tool_use`, `stop_sequence`, or a new reason). */
export function failureOfStop({
  model,
  stopReason,
  outputTokensMax,
  details,
}: Stop): { kind: string; message: string } | undefined {
  switch (stopReason) {
    case 'max_tokens':
      return {
        kind: 'truncated',
        message: `${model} was cut off at ${outputTokensMax} output tokens`,
      };
    case 'model_context_window_exceeded':
      return { kind: 'contextTooLong', message: `the context window of ${model} is full` };
    case 'refusal': {
      const why = [details?.['category'], details?.['explanation']].filter(
        (part) => typeof part === 'string',
      );
      return {
        kind: 'refused',
        message: `${model} refused to answer${why.length > 0 ? `: ${why.join(', ')}` : ''}`,
      };
    }
    case 'pause_turn':
      return { kind: 'truncated', message: `${model} paused too often without coming to an end` };
    default:
      return undefined;
  }
}
