/** Workers for `what-if`: what a call might cost is measured, and nobody is asked. */
import type { Workers } from '../actors/worker.ts';
import { isRehearsal } from '../events/words/labels.ts';
import { callModel } from '../hands/model/call-model.ts';
import type { ModelClient } from '../hands/model/model-client.ts';
import { pricesOf } from './model-access.ts';
import type { Shell } from './shell.ts';

/** Says what a call may cost at most, as it would when the team is led; asks nobody. */
export function measuring(shell: Shell, labels: Readonly<Record<string, string>>): Workers {
  const client: ModelClient = {
    rehearsal: isRehearsal(labels),
    key: 'nobody',
    reply: () => Promise.reject(new Error('what-if asks no model')),
  };
  return { callModel: callModel({ client, prices: pricesOf(shell) }) };
}
