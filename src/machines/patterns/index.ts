/** The patterns of the horde by name, listed by hand. */
import { adversarialDebate } from './adversarial-debate/adversarial-debate.ts';
import { assemblyLine } from './assembly-line/assembly-line.ts';
import { consensusDeliberation } from './consensus-deliberation/consensus-deliberation.ts';
import { contractFirstNegotiation } from './contract-first-negotiation/contract-first-negotiation.ts';
import { expertiseRouting } from './expertise-routing/expertise-routing.ts';
import type { PatternDefinition } from './kit/pattern.ts';
import { nestedSwarm } from './nested-swarm/nested-swarm.ts';
import { reviewLoop } from './review-loop/review-loop.ts';
import { singleAgent } from './single-agent/single-agent.ts';
import { swarm } from './swarm/swarm.ts';
import { swarmDiscovery } from './swarm-discovery/swarm-discovery.ts';
import { watchdog } from './watchdog/watchdog.ts';

export const patterns: Readonly<Record<string, PatternDefinition>> = {
  [adversarialDebate.name]: adversarialDebate,
  [consensusDeliberation.name]: consensusDeliberation,
  [contractFirstNegotiation.name]: contractFirstNegotiation,
  [assemblyLine.name]: assemblyLine,
  [expertiseRouting.name]: expertiseRouting,
  [watchdog.name]: watchdog,
  [nestedSwarm.name]: nestedSwarm,
  [reviewLoop.name]: reviewLoop,
  [singleAgent.name]: singleAgent,
  [swarm.name]: swarm,
  [swarmDiscovery.name]: swarmDiscovery,
};
