/**
 * How a discovery is played: scouts find less and less, most findings hold and are resolved, now and then one is
 * dismissed, blocked, or leads to another. Whom a finding takes is read from the brief, which lists them.
 */
import type { JsonObject } from '../../../events/event.ts';
import type { Part } from './parts.ts';
import { sentence } from './prose.ts';
import type { Scene } from './scene.ts';
import { newTag, titleOf } from './wording.ts';

/** Names that the brief lists as specialists. */
function specialistsInBrief({ request }: Scene): string[] {
  const [, list] = /finding may name: ([^.]*)\./.exec(request.turn.brief) ?? [];
  return (list ?? '').split(/, | and /).filter((name) => name !== '' && name !== 'nobody');
}

/** What has been found already is not found again. */
function knownInBrief({ request }: Scene): Set<string> {
  const [, list] = /not to be reported again: ([^.]*)\./.exec(request.turn.brief) ?? [];
  return new Set((list ?? '').split(', '));
}

function findingsOf(scene: Scene, wanted: number): JsonObject[] {
  const { gist, dice } = scene;
  const specialists = specialistsInBrief(scene);
  const known = knownInBrief(scene);
  const tags = new Set<string>();
  for (let i = 0; tags.size < wanted && i < 20; i++) {
    const tag = newTag(scene);
    if (!known.has(tag)) tags.add(tag);
  }
  return [...tags].map((tag) => {
    const about = { ...gist, nouns: dice.some(gist.nouns.slice(0, 7), 2) };
    return {
      tag,
      title: sentence('finding', about, dice),
      severity: dice.pick(['critical', 'high', 'high', 'medium', 'low']),
      detail: sentence('problem', about, dice),
      evidence: sentence('finding', about, dice),
      specialist: specialists.length > 0 && dice.chance(0.7) ? dice.pick(specialists) : 'none',
    };
  });
}

function report(scene: Scene): JsonObject {
  const { dice, age, gist } = scene;
  const most = Math.max(0, 3 - age);
  const findings = findingsOf(scene, most === 0 ? 0 : dice.int(1, most));
  return {
    title: `Findings on ${titleOf(scene)}`.slice(0, 120),
    summary: sentence('summary', gist, dice),
    findings,
    more: findings.length > 0 && dice.chance(0.7 / age),
  };
}

function handling(scene: Scene): JsonObject {
  const { dice, gist } = scene;
  const outcome = dice.weigh([
    ['resolved', 8],
    ['dismissed', 1],
    ['blocked', 1],
  ] as const);
  const words = ({ resolved: 'response', dismissed: 'rebuttal', blocked: 'risk' } as const)[
    outcome
  ];
  return {
    title: `${outcome[0]!.toUpperCase()}${outcome.slice(1)}: ${titleOf(scene)}`.slice(0, 120),
    summary: sentence('summary', gist, dice),
    outcome,
    reason: sentence(words, gist, dice),
    findings: dice.chance(0.15) ? findingsOf(scene, 1) : [],
  };
}

export const DISCOVERY_PARTS: Readonly<Record<string, Part>> = {
  report_findings: report,
  handle_finding: handling,
};
