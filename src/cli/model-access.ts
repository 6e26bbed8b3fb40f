/**
 * Which model a team asks: a real one when the environment holds a key, the rehearsal when the run says so.
 * What a team was formed with stands in its labels, so that resuming it takes the same.
 */
import type { Move } from '../events/words/moves.ts';
import type { ModelClient } from '../hands/model/model-client.ts';
import { createPriceTable, loadPrices, type PriceTable } from '../hands/model/prices.ts';
import { BadUsage } from './bad-usage.ts';
import { pathIn, type Shell } from './shell.ts';

export interface RehearsalChoice {
  seed: number;
  latencyMs: number;
  failureRate: number;
}

export const THREE_WAYS = [
  'no model is configured: set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN),',
  'set ANTHROPIC_BASE_URL as well for another server that speaks the Messages API,',
  'or rehearse without a model, key or cost: add --rehearse',
].join(' ');

export function hasModelAccess(env: Shell['env']): boolean {
  return Boolean(env['ANTHROPIC_API_KEY'] || env['ANTHROPIC_AUTH_TOKEN']);
}

/** Throws `BadUsage` with the three ways on when there is no model to ask. */
export async function modelClient(
  env: Shell['env'],
  rehearsal: RehearsalChoice | undefined,
  moves: readonly Move[] = [],
): Promise<ModelClient> {
  if (rehearsal) {
    const { createRehearsalModel } = await import('../hands/model/rehearsal/rehearsal-model.ts');
    return createRehearsalModel({ ...rehearsal, moves });
  }
  if (!hasModelAccess(env)) throw new BadUsage(THREE_WAYS);
  const { createAnthropicClient } = await import('../hands/model/anthropic/anthropic-client.ts');
  const { ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, ANTHROPIC_BASE_URL } = env;
  try {
    return createAnthropicClient({
      ...(ANTHROPIC_API_KEY ? { apiKey: ANTHROPIC_API_KEY } : {}),
      ...(ANTHROPIC_AUTH_TOKEN ? { authToken: ANTHROPIC_AUTH_TOKEN } : {}),
      ...(ANTHROPIC_BASE_URL ? { baseUrl: ANTHROPIC_BASE_URL } : {}),
    });
  } catch (error) {
    throw new BadUsage((error as Error).message);
  }
}

/** What models cost: as the file of `HORDE_PRICES` says, else as this program knows it. */
export function pricesOf(shell: Shell): PriceTable {
  const file = shell.env['HORDE_PRICES'];
  return file ? loadPrices(pathIn(shell, file)) : createPriceTable();
}

/** The labels that say how a team was formed, and back. */
export function rehearsalLabels(choice: RehearsalChoice | undefined): Record<string, string> {
  if (!choice) return {};
  const { seed, latencyMs, failureRate } = choice;
  return {
    rehearsal: 'yes',
    seed: String(seed),
    latencyMs: String(latencyMs),
    failureRate: String(failureRate),
  };
}

export function rehearsalOf(labels: Readonly<Record<string, string>>): RehearsalChoice | undefined {
  if (labels['rehearsal'] !== 'yes') return undefined;
  const number = (key: string, otherwise: number) => Number(labels[key] ?? otherwise);
  return {
    seed: number('seed', 1),
    latencyMs: number('latencyMs', 0),
    failureRate: number('failureRate', 0),
  };
}
