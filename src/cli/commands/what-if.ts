/** `horde what-if`: the recorded usage of a team under another budget; no model is asked. */

import { whatIf as fold, type WhatIf } from '../../actors/what-if.ts';
import type { Workers } from '../../actors/worker.ts';
import type { RecordedEvent } from '../../events/event.ts';
import { callModel } from '../../hands/model/call-model.ts';
import type { ModelClient } from '../../hands/model/model-client.ts';
import { createPriceTable, loadPrices } from '../../hands/model/prices.ts';
import { BadUsage } from '../bad-usage.ts';
import { rehearsalOf } from '../model-access.ts';
import { harmless, type Output } from '../output.ts';
import { type ReadingOptions, reading } from '../reading.ts';

export interface WhatIfOptions extends ReadingOptions {
  budgetTokens?: number;
  budgetUsd?: number;
}

export const whatIf = (name: string, options: WhatIfOptions): Promise<number> =>
  reading(name, options, async ({ team, runtime, output }) => {
    const { budgetTokens: tokens, budgetUsd: usd } = options;
    if (tokens === undefined && usd === undefined)
      throw new BadUsage('what if what? give --budget-tokens N, --budget-usd X, or both');
    const events: RecordedEvent[] = [];
    for await (const event of team.events()) events.push(event);
    const limits = {
      ...(tokens === undefined ? {} : { tokens }),
      ...(usd === undefined ? {} : { usd }),
    };
    const labels = events[0]!.data['labels'] as Record<string, string>;
    const site = { catalog: runtime.catalog, workers: measuring(labels) };
    const told = fold(events, limits, site);
    output.result(
      () => harmless(textOf(told, output)),
      () => ({ team: team.id, ...told }),
    );
    return 0;
  });

/** Says what a call may cost at most, as it would when the team is led; asks nobody. */
export function measuring(labels: Readonly<Record<string, string>>): Workers {
  const prices = process.env['HORDE_PRICES'] ? loadPrices(process.env['HORDE_PRICES']) : undefined;
  const client: ModelClient = {
    rehearsal: rehearsalOf(labels) !== undefined,
    key: 'nobody',
    reply: () => Promise.reject(new Error('what-if asks no model')),
  };
  return { callModel: callModel({ client, prices: prices ?? createPriceTable() }) };
}

function textOf(told: WhatIf, { paint }: Output): string {
  const { stops, neared, recorded, spent, saved, lost, unsureFrom, goesOnAt, synthesis } = told;
  const money = (usd: number) => (recorded.usd > 0 ? `, $${usd.toFixed(4)}` : '');
  const gone = [
    ...(lost.modelCalls > 0 ? [`${lost.modelCalls} model calls`] : []),
    ...(lost.rounds > 0 ? [`${lost.rounds} rounds`] : []),
    ...lost.artifacts,
  ];
  return [
    stops
      ? paint.bold(
          `it would have stopped at revision ${stops.revision} (${stops.type}${stops.actor ? ` of ${stops.actor}` : ''})`,
        )
      : paint.bold('it would have come to the same end'),
    ...(stops ? [`  ${stops.detail}`] : []),
    ...(neared
      ? [`80 % of ${neared.limit} would have been used at revision ${neared.revision}`]
      : []),
    `spent   ${spent.tokens} tokens${money(spent.usd)} of the recorded ${recorded.tokens}${money(recorded.usd)}`,
    `saved   ${saved.tokens} tokens${money(saved.usd)}`,
    ...(stops
      ? [`lost    ${gone.join(', ') || 'nothing'}${lost.result ? '; the result too' : ''}`]
      : []),
    ...(synthesis
      ? ['a synthesis would still have been written, from less; it is not counted']
      : []),
    ...(unsureFrom === null
      ? []
      : [
          `unsure from revision ${unsureFrom} on: a call would have waited, or its answer been shorter`,
        ]),
    ...(goesOnAt === null
      ? []
      : [
          `at revision ${goesOnAt} its own budget ended the team; with this one it goes on from there: horde fork … --at ${goesOnAt}`,
        ]),
  ].join('\n');
}
