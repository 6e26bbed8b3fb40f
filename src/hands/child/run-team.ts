/**
 * The worker behind `runTeam`: a machine waits for another team. The plan's limits of tokens and USD are the
 * child's share; it is reserved before the child begins, and what the child did not use comes back at its end.
 */

import {
  type ChildPlan,
  type Reserve,
  type ReserveQuestion,
  type WorkContext,
  type Worker,
  WorkFailure,
} from '../../actors/worker.ts';
import type { Amount } from '../../events/amounts.ts';
import type { RecordedEvent } from '../../events/event.ts';
import { teamFailed, teamReturned } from '../../events/words/child.ts';
import { type ChildResult, childResultOf } from './child-result.ts';

export interface RunTeamInput {
  plan: ChildPlan;
  /** Shares that still make sense when the whole is not free any more; default: the whole share. */
  atLeast?: Partial<Amount>;
  /** Results of other teams, handed on as material: revisions of their ends in this stream. */
  materials?: { name: string; held: number }[];
  /** The materials given with this team's own request go to the child too. */
  handsOnRequest?: boolean;
}

export const runTeam: Worker<RunTeamInput> = {
  records: { done: teamReturned, failed: teamFailed },
  effect: 'attaching',
  reserve: ({ input, free }) => reserveShare(input.plan.limits, input.atLeast, free),
  async run(input, context) {
    return returned(await childResultOf(await context.childTeam(() => planOf(input, context))));
  },
};

/** A child that ended well is a result; any other end is a failure that says what there was. */
function returned({ status, ...end }: ChildResult): Omit<ChildResult, 'status'> {
  if (status === 'done') return end;
  const { output: _, ...rest } = end;
  throw new WorkFailure(status, end.reason, rest);
}

/**
 * What is reserved for a child: the share wanted, or what is free of it but no less than the least; without a
 * share all that is free. Where the team has no limit and no share was given, nothing, and none is set.
 */
export function reserveShare(
  share: { tokens?: number | undefined; usd?: number | undefined } | undefined,
  least: Partial<Amount> | undefined,
  free: ReserveQuestion['free'],
): Reserve {
  const tokens = share?.tokens ?? free.tokens ?? 0;
  const limited = share?.tokens !== undefined || free.tokens !== null;
  const lowest = least?.tokens ?? share?.tokens ?? 1;
  const tokensMin = limited ? Math.max(1, Math.min(lowest, Math.max(1, tokens))) : 0;
  const wanted = share?.usd ?? free.usd ?? 0;
  const usdMin = Math.min(wanted, least?.usd ?? wanted);
  const usd = free.usd === null ? wanted : Math.max(usdMin, Math.min(wanted, free.usd));
  return {
    inputTokens: tokensMin,
    outputTokens: Math.max(0, tokens - tokensMin),
    outputTokensMin: 0,
    // A share is not priced by the token: output alone, beyond what is to be bought, costs nothing more.
    usd: (input, output) => (input > 0 || output === 0 ? usd : 0),
  };
}

type Materials = { name: string; text: string }[];

async function planOf(input: RunTeamInput, context: WorkContext): Promise<ChildPlan> {
  const { plan, materials = [], handsOnRequest } = input;
  // A child works as its parent was formed to, unless its plan says otherwise.
  const labels = { ...context.labels, ...plan.labels };
  if (!plan.request) return { ...plan, labels };
  const handed = await Promise.all(
    materials.map(async ({ name, held }) => ({ name, text: textOf(await context.event(held)) })),
  );
  const own = handsOnRequest ? await ownMaterials(context) : [];
  const given = plan.request.materials ?? [];
  return {
    ...plan,
    request: { ...plan.request, materials: [...own, ...given, ...handed] },
    labels,
  };
}

/** A team's first event holds what it was asked for. */
async function ownMaterials(context: WorkContext): Promise<Materials> {
  const { data } = await context.event(0);
  return (data['request'] as { materials: Materials } | undefined)?.materials ?? [];
}

/** A text in the stream: the end of another team, or a request. */
function textOf({ type, data, stream, revision }: RecordedEvent): string {
  const { text } = data;
  if (typeof text === 'string') return text;
  throw new WorkFailure('invalidRequest', `${stream}@${revision} is ${type} and holds no text`);
}
