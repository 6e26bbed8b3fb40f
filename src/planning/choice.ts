/**
 * The eleven ways to work on a request: nine patterns, the swarm, and one agent alone. Pure.
 */
/** The eleven ways to work, the cheapest first. */
export const CHOICES = [
  'single-agent',
  'swarm',
  'review-loop',
  'adversarial-debate',
  'contract-first-negotiation',
  'expertise-routing',
  'assembly-line',
  'watchdog',
  'consensus-deliberation',
  'swarm-discovery',
  'nested-swarm',
] as const;

export type Choice = (typeof CHOICES)[number];
/** A choice that needs something said for it. */
export type Collaboration = Exclude<Choice, 'single-agent'>;

export type SignalKind =
  | 'iteration'
  | 'adversarial'
  | 'dependency'
  | 'discovery'
  | 'consensus'
  | 'contract'
  | 'consultation'
  | 'monitoring'
  | 'nesting'
  | 'breadth';

export const KIND_OF: { readonly [choice in Collaboration]: SignalKind } = {
  'review-loop': 'iteration',
  'adversarial-debate': 'adversarial',
  'assembly-line': 'dependency',
  'swarm-discovery': 'discovery',
  'consensus-deliberation': 'consensus',
  'contract-first-negotiation': 'contract',
  'expertise-routing': 'consultation',
  watchdog: 'monitoring',
  'nested-swarm': 'nesting',
  swarm: 'breadth',
};
