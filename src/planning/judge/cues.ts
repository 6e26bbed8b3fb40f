/**
 * The cues of all patterns, by the pattern's name: the one list that the engine in `signals.ts` reads. Each
 * pattern has its cues in a file of its own.
 */

import { adversarialDebateCues } from '../../machines/patterns/adversarial-debate/cues.ts';
import { assemblyLineCues } from '../../machines/patterns/assembly-line/cues.ts';
import { consensusDeliberationCues } from '../../machines/patterns/consensus-deliberation/cues.ts';
import { contractFirstNegotiationCues } from '../../machines/patterns/contract-first-negotiation/cues.ts';
import { expertiseRoutingCues } from '../../machines/patterns/expertise-routing/cues.ts';
import type { CueRow } from '../../machines/patterns/kit/cue.ts';
import { nestedSwarmCues } from '../../machines/patterns/nested-swarm/cues.ts';
import { reviewLoopCues } from '../../machines/patterns/review-loop/cues.ts';
import { swarmCues } from '../../machines/patterns/swarm/cues.ts';
import { swarmDiscoveryCues } from '../../machines/patterns/swarm-discovery/cues.ts';
import { watchdogCues } from '../../machines/patterns/watchdog/cues.ts';
import type { Collaboration } from '../choice.ts';

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
