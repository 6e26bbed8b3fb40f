/**
 * Deciding: consecutive turns on consecutive states, as many as fit into one append. Pure: it changes neither the
 * stream nor the governor, and what it gives can be thrown away.
 */
import type { TeamState } from '../state/team-state.ts';
import type { Rule, Stimulus, TurnEvent, TurnRules } from '../turn/draft.ts';
import type { Act } from '../turn/post.ts';
import { takeTurn } from '../turn/turn.ts';
import type { Asking } from './permits.ts';

/** Bounds of one append. */
const TURNS_MAX = 64;
const BYTES_MAX = 400_000;
/** Together with one more turn it stays within what a store takes at once. */
const EVENTS_MAX = 2048;

/** Turns that are decided and not yet written. */
export interface TurnBatch {
  readonly state: TeamState;
  readonly events: readonly TurnEvent[];
  /** What custom actions have to do once it is appended. */
  readonly acts: readonly Act[];
  /** The leave that its works need. */
  readonly asking: Asking;
}

/** The next stimulus, told the state that it will meet; undefined when there is none. */
export type StimulusSource = (state: TeamState) => Stimulus | undefined;

interface Judgement {
  readonly rule: Rule;
  readonly asking: Asking;
}

export function decideTurns(
  from: TeamState,
  next: StimulusSource,
  rules: TurnRules,
  { rule, asking }: Judgement,
): TurnBatch {
  const events: TurnEvent[] = [];
  const acts: Act[] = [];
  let state = from;
  let bytes = 0;
  let turns = 0;
  for (let stimulus = next(state); stimulus; stimulus = next(state)) {
    const outcome = takeTurn(state, stimulus, rules, rule);
    state = outcome.state;
    acts.push(...outcome.acts);
    for (const event of outcome.events) {
      events.push(event);
      bytes += event.text.length;
    }
    const full = bytes >= BYTES_MAX || events.length >= EVENTS_MAX;
    if (state.ended || ++turns >= TURNS_MAX || full) break;
  }
  return { state, events, acts, asking };
}

/** Stimuli that stand fast, one after the other. */
export function oneAfterAnother(stimuli: readonly Stimulus[]): StimulusSource {
  const left = [...stimuli];
  return () => left.shift();
}
