/**
 * The moves of a swarm discovery: scouts report what they find and whom it takes; whoever is assigned a finding
 * handles it, and may find more on the way.
 */
import { z } from 'zod';
import { defineMove, line, passage, product, tag } from '../../../events/words/moves.ts';
import type { PlayedScene } from '../../../events/words/scene.ts';

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

/** In a brief: before the names of those whom a finding may name, up to the full stop. */
export const MAY_NAME = 'Specialists that a finding may name: ';

/** Whom a finding may name is told by the brief alone: those who are not seated yet are nowhere else. */
function specialistsIn({ brief }: PlayedScene): string[] {
  const [, told = ''] = brief.split(MAY_NAME);
  const [names = ''] = told.split('.');
  return names.split(/, | and /).filter((name) => name !== '' && name !== 'nobody');
}

/** What has been found already is not found again. */
function playedFindings(scene: PlayedScene, wanted: number): ReportedFinding[] {
  const { dice, tags: known } = scene;
  const specialists = specialistsIn(scene);
  const tags = new Set<string>();
  for (let i = 0; tags.size < wanted && i < 20; i++) {
    const tag = scene.newTag();
    if (!known.includes(tag)) tags.add(tag);
  }
  return [...tags].map((tag) => {
    const { say } = scene.closer();
    return {
      tag,
      title: say('finding').slice(0, 400),
      severity: dice.pick(['critical', 'high', 'high', 'medium', 'low']),
      detail: say('problem'),
      evidence: say('finding'),
      specialist: specialists.length > 0 && dice.chance(0.7) ? dice.pick(specialists) : 'none',
    };
  });
}

export const reportFindings = defineMove(
  'report_findings',
  'findings.reported',
  'Report what you have found on your ground, each finding once, and whether there is more to explore.',
  {
    ...product,
    findings: z.array(finding).max(8),
    more: z.boolean().describe('False: your ground is explored, there is nothing more to find'),
  },
  // Scouts find less and less.
  (scene) => {
    const { dice, age } = scene;
    const { title, summary } = scene.product();
    const most = Math.max(0, 3 - age);
    const findings = playedFindings(scene, most === 0 ? 0 : dice.int(1, most));
    const more = findings.length > 0 && dice.chance(0.7 / age);
    return { title: `Findings on ${title}`, summary, findings, more };
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
  // Most findings hold and are resolved; now and then one is dismissed, blocked, or leads to another.
  (scene) => {
    const { dice } = scene;
    const { title, summary } = scene.product();
    const [outcome, words] = dice.weigh([
      [['resolved', 'response'] as const, 8],
      [['dismissed', 'rebuttal'] as const, 1],
      [['blocked', 'risk'] as const, 1],
    ]);
    const findings = dice.chance(0.15) ? playedFindings(scene, 1) : [];
    return { title: `${title}: ${outcome}`, summary, outcome, reason: scene.say(words), findings };
  },
);
