/** The patterns of the horde by name, listed by hand. */
import { adversarialDebate } from './adversarial-debate.ts';
import { assemblyLine } from './assembly-line.ts';
import { consensusDeliberation } from './consensus-deliberation.ts';
import { contractFirstNegotiation } from './contract-first-negotiation.ts';
import { expertiseRouting } from './expertise-routing.ts';
import { nestedSwarm } from './nested-swarm.ts';
import type { PatternDefinition } from './pattern.ts';
import { reviewLoop } from './review-loop.ts';
import { singleAgent } from './single-agent.ts';
import { swarm } from './swarm.ts';
import { swarmDiscovery } from './swarm-discovery.ts';
import { watchdog } from './watchdog.ts';

export const patterns: Readonly<Record<string, PatternDefinition>> = {
  [adversarialDebate.name]: adversarialDebate as unknown as PatternDefinition,
  [consensusDeliberation.name]: consensusDeliberation as unknown as PatternDefinition,
  [contractFirstNegotiation.name]: contractFirstNegotiation as unknown as PatternDefinition,
  [assemblyLine.name]: assemblyLine as unknown as PatternDefinition,
  [expertiseRouting.name]: expertiseRouting as unknown as PatternDefinition,
  [watchdog.name]: watchdog as unknown as PatternDefinition,
  [nestedSwarm.name]: nestedSwarm as unknown as PatternDefinition,
  [reviewLoop.name]: reviewLoop as unknown as PatternDefinition,
  [singleAgent.name]: singleAgent as unknown as PatternDefinition,
  [swarm.name]: swarm as unknown as PatternDefinition,
  [swarmDiscovery.name]: swarmDiscovery as unknown as PatternDefinition,
};
