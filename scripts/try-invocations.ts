/**
 * Runs the sixteen kinds of requests of `examples/invocations/` as rehearsals, and prints for each what was formed
 * and how it ended. Exit 1 when one was formed otherwise than its example says, or did not come to its end.
 *
 *     npm run try:invocations
 */
import { readdirSync } from 'node:fs';
import type { Recommendation } from 'golden-horde';
import { rehearsed } from '../examples/invocations/rehearse.ts';

const folder = new URL('../examples/invocations/', import.meta.url);
const names = readdirSync(folder).filter((name) => name !== 'rehearse.ts');

type Seat = Recommendation['roster'][number];

function seatLine({ actor, agentType, methodology, duty, subAgents }: Seat): string {
  const way = methodology ? `, by ${methodology}` : '';
  const below = subAgents ? `, ${subAgents.count} sub-agents` : '';
  return `${actor}: ${agentType}${way}${below}${duty ? `: ${duty}` : ''}`;
}

function formedLines({ pattern, roster, workflow }: Recommendation): string[] {
  if (!workflow)
    return roster
      .filter(({ role }) => role !== 'specialist' || pattern !== 'swarm-discovery')
      .map(seatLine);
  return workflow.steps.flatMap((step) => [
    `${step.step} (${step.pattern})`,
    ...step.seats
      .filter(({ actor, agentType }) => actor !== agentType)
      .map((seat) => `  ${seatLine(seat)}`),
  ]);
}

let wrong = 0;
for (const name of names) {
  const { request, pattern } = await import(new URL(name, folder).href);
  const { recommendation, report } = await rehearsed(String(request));
  const { outcome, reason } = report.summary;
  const isRight = recommendation.pattern === pattern && outcome !== 'incomplete';
  if (!isRight) wrong += 1;
  console.log(`\n${name.replace('.ts', '')}: ${request}`);
  console.log(`  ${recommendation.pattern}${isRight ? '' : ` (expected: ${pattern})`}`);
  for (const line of formedLines(recommendation)) console.log(`    ${line}`);
  console.log(`  ended: ${outcome} (${reason}), confidence ${report.confidence.level}`);
}
console.log(`\n${names.length - wrong} of ${names.length} as their examples say`);
process.exitCode = wrong > 0 ? 1 : 0;
