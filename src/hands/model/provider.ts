/**
 * A model provider: whoever answers models' calls, as this program knows it before the first call. It is a folder
 * beside this file with one object of this type, and one entry in `providers.ts`; nothing else names it.
 *
 * Invariants
 * 1. Saying whether it can be reached opens nothing and loads no SDK: `client` does, when a team is led.
 * 2. A provider that must be asked for answers only teams whose labels ask for it, and then no other does.
 */
import type { Move } from '../../events/words/moves.ts';
import type { ModelClient } from './model-client.ts';
import type { ModelPrice } from './model-price.ts';

export interface ModelProvider {
  /** As spans name it. */
  readonly name: string;
  /** What its models cost and hold. */
  readonly prices: Readonly<Record<string, ModelPrice>>;
  /** The model of a team that names none. */
  readonly defaultModel?: string;
  /** How a person comes to it, a clause each: "set ACME_KEY". */
  readonly ways: readonly string[];
  /** The team was formed for this provider and no other. Without it the environment decides. */
  isAskedFor?(labels: ModelSite['labels']): boolean;
  /** How it is reached from here; undefined when it cannot be. */
  access(site: ModelSite): ModelAccess | undefined;
}

export interface ModelSite {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the team that is led; they say how it was formed. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface ModelAccess {
  /** What was found, for whoever checks: "ACME_KEY is set". */
  readonly detail: string;
  /** Why it cannot be asked all the same, and what to do: one line. `client` throws it as a `TypeError`. */
  readonly problem?: string;
  /** Its server may lack models of the list. */
  readonly isElsewhere: boolean;
  /** `moves`: of patterns of the user's own. */
  client(moves: readonly Move[]): Promise<ModelClient>;
}
