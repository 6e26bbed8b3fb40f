/**
 * How `run` comes to a team: by the pattern that was named, else, where there is a model to ask, by one cheap call,
 * else by the offline judge; and a person is asked when as much speaks for two ways.
 *
 * Invariants
 * 1. A rehearsal asks no model, and neither does a run whose pattern is named or whose team exists.
 * 2. What the choice has used is taken from the budget of the team: the two never exceed what was allowed.
 * 3. A model that does not answer costs the choice its quality, never the run.
 */

import type { Usage } from '../events/amounts.ts';
import type { ToolSpec } from '../events/words/agent.ts';
import type { Limits } from '../events/words/team.ts';
import type { ModelChooser } from '../hands/model/choose.ts';
import { reach } from '../hands/model/providers.ts';
import { patterns } from '../machines/patterns/index.ts';
import type { PatternDefinition } from '../machines/patterns/kit/pattern.ts';
import type { Catalog } from '../planning/catalog/catalog.ts';
import type { TeamPlan } from '../planning/formation.ts';
import { type Offer, patternOf, patternsFor } from '../planning/offer.ts';
import { recommend, takeInstead } from '../planning/recommend.ts';
import { planRecommended, type Recommendation } from '../planning/recommendation.ts';
import { castWorkflow } from '../planning/workflows/chosen-workflow.ts';
import type { WorkflowPlan } from '../planning/workflows/form-workflow.ts';
import { BadUsage } from './bad-usage.ts';
import { limitsByName } from './catalog-option.ts';
import type { Site } from './command.ts';
import { modelClient, pricesOf } from './model-access.ts';
import type { OwnPatterns } from './own-patterns.ts';
import type { RunOptions } from './run-options.ts';
import type { Shell } from './shell.ts';
import { harmless } from './terminal-text.ts';

export interface RunWish {
  request: string;
  materials: { name: string; text: string }[];
  /** Types by role, as the command line names them. */
  agents: Record<string, string[]>;
  /** Methodologies by role, so too. */
  methodologies: Record<string, string[]>;
  options: RunOptions;
  /** The model of every agent whose type names none. */
  model: string;
  catalog: Catalog;
  labels: Record<string, string>;
  own: OwnPatterns;
}

/** A recommendation, and what making it has used. */
export type RunChoice = Recommendation & { spent?: { tokens: number; usd: number } };

/** Of the budget the choice may use this share in the worst case. */
const CHOICE_SHARE = 0.1;

/** Says what does not fit together before anything is opened or spent. Throws `BadUsage`. */
export function checkWish(wish: RunWish): void {
  const { options } = wish;
  const { workflow } = options;
  if (workflow === undefined) {
    usage(() => patternsFor(offerOf(wish)));
    return;
  }
  for (const name of ['pattern', 'synthesis'] as const) {
    if (options[name] !== undefined)
      throw new BadUsage(`--${name} is for one team; a --workflow chooses for each of its steps`);
  }
  usage(() => castWorkflow(wish.request, workflow, wish.catalog, offerOf(wish)));
}

/** The choice that costs nothing. Throws `BadUsage` for wishes that do not fit together. */
export const chooseOffline = (wish: RunWish): Promise<RunChoice> =>
  usage(() => recommend(wish.request, wish.catalog, offerOf(wish)));

/** The best choice there is: a model's where one can be asked, a person's where two are equal. */
export async function chooseWell(site: Site, wish: RunWish): Promise<RunChoice> {
  const { request, catalog, options } = wish;
  const isNamed = options.pattern !== undefined || options.rehearse;
  const chooser = isNamed ? undefined : await chooserOf(site.shell, wish);
  if (!chooser) return settled(site, wish, await chooseOffline(wish));
  const { ask, used } = chooser;
  const chosen = await usage(() => recommend(request, catalog, { ...offerOf(wish), ask }));
  if (chosen.unanswered !== null)
    site.output.note(
      `no model has chosen (${harmless(chosen.unanswered)}): the offline judge does`,
    );
  const spent = used();
  return settled(site, wish, spent ? { ...chosen, spent: spentOf(spent) } : chosen);
}

/** Asks a person where as much speaks for two ways, and there is one to ask. */
async function settled(site: Site, wish: RunWish, chosen: RunChoice): Promise<RunChoice> {
  const { shell, output } = site;
  if (!chosen.tie || output.json || !output.terminal || !shell.stdin.isTTY) return chosen;
  return { ...chosen, ...(await askWhich(shell, wish, chosen)) };
}

/** Asks the provider that the team will ask; undefined where none can be reached. */
async function chooserOf(
  shell: Shell,
  { model, labels, options: { budgetTokens, budgetUsd } }: RunWish,
): Promise<ModelChooser | undefined> {
  const access = reach({ env: shell.env, labels });
  if (!access || access.problem) return undefined;
  const { modelChooser, cheapestModel } = await import('../hands/model/choose.ts');
  const prices = pricesOf(shell);
  // Another server may not have the models of the table: there the run's own model chooses.
  const isElsewhere = access.isElsewhere || !prices.of(model);
  return modelChooser({
    client: await modelClient(shell, labels),
    prices,
    model: (isElsewhere ? undefined : cheapestModel(prices, access.provider)) ?? model,
    ...(budgetTokens === undefined ? {} : { tokensMax: budgetTokens * CHOICE_SHARE }),
    ...(budgetUsd === undefined ? {} : { usdMax: budgetUsd * CHOICE_SHARE }),
  });
}

const spentOf = (used: Usage) => ({
  tokens: used.inputTokens + used.outputTokens + used.cacheReadTokens + used.cacheWriteTokens,
  usd: used.usd,
});

async function askWhich(
  { stdin, stderr }: Shell,
  wish: RunWish,
  chosen: Recommendation,
): Promise<Recommendation> {
  const { isCancel, select: ask } = await import('@clack/prompts');
  const options = chosen.tie!.map((name) => ({
    value: name,
    label: name,
    hint: patternOf(name).purpose,
  }));
  const message = 'As much speaks for two ways of working. Which one?';
  const answer = await ask({ message, options, input: stdin, output: stderr });
  if (isCancel(answer)) throw new BadUsage('no way of working was chosen; name one with --pattern');
  if (answer === chosen.pattern) return { ...chosen, by: 'person' };
  const { request, catalog } = wish;
  return takeInstead(request, chosen, answer, catalog, offerOf(wish));
}

const knownTo = ({ own }: Pick<RunWish, 'own'>): Readonly<Record<string, PatternDefinition>> => ({
  ...patterns,
  ...Object.fromEntries(own.all.map((one) => [one.name, one])),
});

const offerOf = (wish: RunWish): Offer => {
  const { agents, methodologies, options } = wish;
  const { pattern, workflow, rounds, limit = [] } = options;
  return {
    agents,
    methodologies,
    limits: limitsByName(limit, rounds),
    ...(workflow === undefined ? {} : { workflow }),
    ...(pattern === undefined ? {} : { pattern, patterns: knownTo(wish) }),
  };
};

/** The wish with what the request itself grants: it asks for sub-agents by naming them. */
export const grantedBy = (wish: RunWish, { swarms }: RunChoice): RunWish =>
  swarms ? { ...wish, labels: { ...wish.labels, swarms: 'yes' } } : wish;

/** The team of a choice, or its teams. Throws `BadUsage` for what does not fit. */
export function planOf(
  wish: Omit<RunWish, 'agents' | 'methodologies'>,
  choice: RunChoice,
  tools: readonly ToolSpec[],
): TeamPlan | WorkflowPlan {
  const { request, materials, options, model, catalog, labels, own } = wish;
  const { reasons, by } = choice;
  const pattern = own.all.find(({ name }) => name === choice.pattern);
  return usage(() =>
    planRecommended(choice, catalog, {
      request,
      materials,
      ...(pattern ? { pattern } : {}),
      model,
      limits: limitsOf(options, choice.spent),
      tools,
      labels: {
        ...labels,
        ...own.labelsOf(choice.pattern),
        chosenBy: by,
        ...(reasons.length > 0 ? { why: reasons.join('; ').slice(0, 400) } : {}),
      },
      ...(options.synthesis === undefined ? {} : { synthesis: options.synthesis }),
      ...(options.team === undefined ? {} : { id: options.team }),
    }),
  );
}

function limitsOf(
  { budgetTokens, budgetUsd, timeout }: RunOptions,
  spent: RunChoice['spent'] = { tokens: 0, usd: 0 },
): Partial<Limits> {
  return {
    ...(budgetTokens === undefined ? {} : { tokens: budgetTokens - spent.tokens }),
    ...(budgetUsd === undefined ? {} : { usd: budgetUsd - spent.usd }),
    ...(timeout === undefined ? {} : { timeMs: Math.round(timeout * 1000) }),
  };
}

/** What does not fit a plan is bad usage of the command. */
function usage<Result>(work: () => Result): Result {
  const rethrow = (error: unknown): never => {
    throw error instanceof RangeError ? new BadUsage(error.message) : error;
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(rethrow) as Result) : result;
  } catch (error) {
    return rethrow(error);
  }
}
