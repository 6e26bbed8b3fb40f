/**
 * The moves of a swarm discovery: scouts report what they find and whom it takes; whoever is assigned a finding
 * handles it, and may find more on the way.
 */
import { z } from 'zod';
import { defineMove, line, passage, product, tag } from './moves.ts';

export const severity = z.enum(['critical', 'high', 'medium', 'low']);
export type Severity = z.output<typeof severity>;

/** One thing that was found and is to be dealt with. */
export const finding = z.strictObject({
  tag: tag.describe('Name of the finding; the same thing found twice has the same name'),
  title: line,
  severity,
  detail: passage,
  evidence: passage.describe('Where it is seen: files, lines, facts'),
  specialist: line.describe(
    'Name of the specialist it takes, as the brief lists them; "none" if any teammate will do',
  ),
});
export type ReportedFinding = z.output<typeof finding>;

export const reportFindings = defineMove(
  'report_findings',
  'findings.reported',
  'Report what you have found on your ground, each finding once, and whether there is more to explore.',
  {
    ...product,
    findings: z.array(finding).max(8),
    more: z.boolean().describe('False: your ground is explored, there is nothing more to find'),
  },
);

export const handleFinding = defineMove(
  'handle_finding',
  'finding.handled',
  'Hand in what became of the finding that was assigned to you, and anything new that you came upon.',
  {
    ...product,
    outcome: z
      .enum(['resolved', 'dismissed', 'blocked'])
      .describe('dismissed: it does not hold; blocked: you cannot get on, someone else must'),
    reason: passage.describe('What was done, why it does not hold, or what stands in the way'),
    findings: z.array(finding).max(4).describe('New findings; empty if there are none'),
  },
);
