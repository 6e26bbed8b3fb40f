/**
 * The cues of all patterns, by the pattern's name: the one list that the engine in `signals.ts` reads. Each
 * pattern has its cues in a file of its own.
 */
import type { Collaboration } from '../choice.ts';
import type { CueRow } from './cue.ts';
import { adversarialDebateCues } from './cues/adversarial-debate.ts';
import { assemblyLineCues } from './cues/assembly-line.ts';
import { consensusDeliberationCues } from './cues/consensus-deliberation.ts';
import { contractFirstNegotiationCues } from './cues/contract-first-negotiation.ts';
import { expertiseRoutingCues } from './cues/expertise-routing.ts';
import { nestedSwarmCues } from './cues/nested-swarm.ts';
import { reviewLoopCues } from './cues/review-loop.ts';
import { swarmCues } from './cues/swarm.ts';
import { swarmDiscoveryCues } from './cues/swarm-discovery.ts';
import { watchdogCues } from './cues/watchdog.ts';

export const CUES: { readonly [pattern in Collaboration]: readonly CueRow[] } = {
  'review-loop': reviewLoopCues,
  'adversarial-debate': adversarialDebateCues,
  'assembly-line': assemblyLineCues,
  'swarm-discovery': swarmDiscoveryCues,
  'consensus-deliberation': consensusDeliberationCues,
  'contract-first-negotiation': contractFirstNegotiationCues,
  'expertise-routing': expertiseRoutingCues,
  watchdog: watchdogCues,
  'nested-swarm': nestedSwarmCues,
  swarm: swarmCues,
};
