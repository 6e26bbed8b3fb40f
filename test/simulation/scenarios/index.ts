/** All that is simulated, by name. */
import type { Scenario } from '../scenario.ts';
import { orders } from './order.ts';
import { pairs } from './pairs.ts';
import { randomCharts } from './random.ts';
import { supervisors } from './supervisor.ts';
import { teams } from './teams.ts';

export const scenarios: readonly Scenario[] = [orders, pairs, supervisors, randomCharts, ...teams];
