/**
 * The briefs of a discovery: what is asked of whom, in words. Names, tags and numbers only; texts are shown as
 * material: to a scout what was handed in in the round before, to whoever handles a finding where it was
 * reported and what others have tried.
 */
import { listed, type Turn } from '../kit/turn-taking.ts';
import type { Discovery } from './discovery-ledger.ts';
import { MAY_NAME } from './words.ts';

const ofRound = ({ round, limits }: Discovery) => `Round ${round} of ${limits.rounds}.`;

/** The turn that a seat owes now: its finding, or its ground. */
export function discoveryTurn(context: Discovery, seat: string): Turn {
  const tag = context.assigned[seat];
  return tag === undefined ? exploringTurn(context, seat) : handlingTurn(context, tag);
}

function exploringTurn(context: Discovery, seat: string): Turn {
  const { scouts, round, before } = context;
  const nth = scouts.indexOf(seat) + 1;
  const known = Object.keys(context.findings);
  const ground =
    round === 1
      ? `You are scout ${nth} of ${scouts.length}: divide the ground of the request into ${scouts.length} parts by what it says and take part ${nth}.`
      : `Go on exploring part ${nth} of ${scouts.length} of the ground; what was handed in in the round before is shown below.`;
  const told =
    known.length > 0 ? ` Found already, not to be reported again: ${known.join(', ')}.` : '';
  return {
    round,
    brief: `${ofRound(context)} A discovery: nobody knows yet all that is to be done. ${ground} Look for yourself, and report what you find with its evidence; others will deal with it.${told} ${specialistsOf(context)} End your turn with report_findings, and say whether there is more to explore.`,
    moves: ['report_findings'],
    material: [...before],
  };
}

function handlingTurn(context: Discovery, tag: string): Turn {
  const { by, revision, result, tried } = context.findings[tag]!;
  const again =
    tried.length > 0
      ? ` ${listed(tried)} could not finish it; what is known of that is shown too.`
      : '';
  return {
    round: context.round,
    brief: `${ofRound(context)} The finding ${tag} is assigned to you; the report of ${by} that holds it is shown below.${again} See for yourself whether it holds, then deal with it. Ask ${by} by message if you need to know more. Of anything new that you come upon, report it as a finding. ${specialistsOf(context)} End your turn with handle_finding.`,
    moves: ['handle_finding'],
    material: result === null ? [revision] : [revision, result],
  };
}

/** Whom a finding may name: those who are seated, and those who may still be. */
function specialistsOf({ specialists, joined, frozen, lost }: Discovery): string {
  const there = specialists.filter(
    (one) => !lost.includes(one) && (!frozen || joined.includes(one)),
  );
  return `${MAY_NAME}${listed(there)}.${frozen ? ' The team grows no further.' : ''}`;
}
