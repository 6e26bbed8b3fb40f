/**
 * `dispatch_swarm`: an agent has two to five sub-agents work on independent pieces, and gets one synthesis back.
 * Granted by the run only. How often and how deep is the doorkeeper's to say; the share of the budget is
 * reserved before the first of them thinks.
 */

import type { WorkContext } from '../../actors/worker.ts';
import { formSubSwarm, type SubSwarmSite, subSwarm } from '../../planning/sub-swarm.ts';
import { story } from '../../projections/report/report-story.ts';
import { defineTool, type Tool, type ToolAnswer, ToolRefused } from '../tools/tool.ts';
import { type ChildResult, childResultOf } from './child-result.ts';
import { reserveShare } from './run-team.ts';

export interface SwarmGrant {
  /** What the run grants its agents; sub-agents get what reads. */
  tools(): SubSwarmSite['tools'];
  persona?: SubSwarmSite['persona'];
}

/** A swarm may use a quarter of what is free, so that the team above can always go on. */
const PART = 4;
/** Below this there is no point in beginning: two short answers and a synthesis, in the worst case of each. */
const TOKENS_MIN = 12_000;

export function dispatchSwarmTool(grant: SwarmGrant): Tool {
  const tool = defineTool(
    'dispatch_swarm',
    'Have 2 to 5 sub-agents work on independent pieces side by side, and get one synthesis back. Only for pieces that do not need each other: sub-agents see neither you nor one another. You can do this twice.',
    subSwarm.shape,
    'attaching',
    async (wish, context) =>
      answerOf(await childResultOf(await context.childTeam(() => planOf(wish, grant, context)))),
  );
  return {
    ...tool,
    reserve: ({ free }) => {
      const part = (amount: number | null) => (amount === null ? undefined : amount / PART);
      const tokens = free.tokens === null ? undefined : Math.floor(free.tokens / PART);
      const share = { tokens: tokens && Math.max(tokens, TOKENS_MIN), usd: part(free.usd) };
      return reserveShare(share, { tokens: TOKENS_MIN }, free);
    },
  };
}

async function planOf(
  wish: Parameters<typeof formSubSwarm>[0],
  grant: SwarmGrant,
  context: WorkContext,
) {
  const { participants } = await context.view(story);
  const me = participants[context.actor];
  if (!me) throw new ToolRefused(`${context.actor} has no seat in this team`);
  return formSubSwarm(wish, {
    model: me.model,
    depth: context.depth,
    tools: grant.tools(),
    ...(grant.persona ? { persona: grant.persona } : {}),
    labels: { ...context.labels, dispatchedBy: context.actor },
  });
}

/** What comes back, early ends included: the synthesis, or what there was, and what must be known of it. */
function answerOf({
  status,
  team,
  reason,
  confidence,
  notes,
  text,
  usage,
  modelCalls,
  spent,
}: ChildResult): ToolAnswer {
  const early = status === 'done' ? [] : [`The swarm ended early (${reason}).`];
  const sure = confidence === null ? [] : [`Confidence: ${confidence}.`];
  const told = notes.length > 0 ? [`To be known: ${notes.join('; ')}.`] : [];
  const what = text === '' ? 'It came to no result; go on without it.' : text;
  const ok = status === 'done' || text !== '';
  return {
    ok,
    text: [[...early, ...sure, ...told].join(' '), what].join('\n\n').trim(),
    team,
    usage,
    ...(modelCalls === undefined ? {} : { modelCalls }),
    spent,
  };
}
