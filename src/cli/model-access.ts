/**
 * Whom a team asks, as the command line sees it: a provider that the environment or the team's labels lead to, and
 * the prices by which its calls are counted. What a person must mend is `BadUsage`.
 */
import type { Move } from '../events/words/moves.ts';
import type { ModelClient } from '../hands/model/model-client.ts';
import { createPriceTable, loadPrices, type PriceTable } from '../hands/model/prices.ts';
import type { ModelSite } from '../hands/model/provider.ts';
import { reach, waysToModel } from '../hands/model/providers.ts';
import { BadUsage } from './bad-usage.ts';
import { pathIn, type Shell } from './shell.ts';

/** Throws `BadUsage` with the ways on when there is no model to ask. */
export async function modelClient(
  { env }: Pick<Shell, 'env'>,
  labels: ModelSite['labels'],
  moves: readonly Move[] = [],
): Promise<ModelClient> {
  const access = reach({ env, labels });
  if (!access) throw new BadUsage(waysToModel());
  if (access.problem) throw new BadUsage(access.problem);
  return access.client(moves);
}

/** Whether a team with these labels can be led here. */
export function canAsk({ env }: Pick<Shell, 'env'>, labels: ModelSite['labels']): boolean {
  const access = reach({ env, labels });
  return access !== undefined && access.problem === undefined;
}

/** What models cost: as the file of `HORDE_PRICES` says, else as this program knows it. */
export function pricesOf(shell: Shell): PriceTable {
  const file = shell.env['HORDE_PRICES'];
  return file ? loadPrices(pathIn(shell, file)) : createPriceTable();
}
