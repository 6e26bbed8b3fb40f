/**
 * All model providers. Adding one is a folder and an entry in this list: its prices join the table, its ways stand in
 * what a person is told, and teams ask it where it is the first that can be reached.
 */
import { anthropic } from './anthropic/anthropic-provider.ts';
import type { ModelAccess, ModelProvider, ModelSite } from './provider.ts';
import { rehearsal } from './rehearsal/rehearsal-provider.ts';

export const providers: readonly ModelProvider[] = [anthropic, rehearsal];

/** The model of a team that names none, where no provider can be reached yet. */
export const defaultModel: string = providers.find((one) => one.defaultModel)!.defaultModel!;

type Reached = ModelAccess & { readonly provider: ModelProvider };

/** Whom a team asks: the provider that it was formed for, else the first that can be reached from here. */
export function reach(
  site: ModelSite,
  known: readonly ModelProvider[] = providers,
): Reached | undefined {
  const askedFor = known.filter(({ isAskedFor }) => isAskedFor?.(site.labels));
  const candidates = askedFor.length > 0 ? askedFor : known.filter((one) => !one.isAskedFor);
  for (const provider of candidates) {
    const access = provider.access(site);
    if (access) return { ...access, provider };
  }
  return undefined;
}

/** What a person may do when no provider can be reached. */
export function waysToModel(known: readonly ModelProvider[] = providers): string {
  const ways = known.flatMap(({ ways }) => ways);
  return `no model is configured: ${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)}`;
}

/** Who answered as this model; the first provider is meant where no list has it. */
export const providerOf = (model: string, known: readonly ModelProvider[] = providers): string =>
  (known.find(({ prices }) => Object.hasOwn(prices, model)) ?? known[0])?.name ?? 'unknown';
