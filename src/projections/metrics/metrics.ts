/**
 * What a team has cost and how it went: calls, tokens, money, latency, retries, failures, messages; in all,
 * per agent and per round.
 *
 * Invariants
 * 1. Each counter of the team is the sum of that counter over agents, and (for what has a round) over rounds.
 * 2. `settled` plus `reserved` is what the doorkeeper held against the limits at that revision.
 */

import * as agent from '../../events/words/agent.ts';
import * as child from '../../events/words/child.ts';
import { teamForked } from '../../events/words/fork.ts';
import { roundStarted } from '../../events/words/pattern.ts';
import { teamFormed } from '../../events/words/team.ts';
import * as work from '../../events/words/work.ts';
import { actorOfWork, ownerOf } from '../../events/work-id.ts';
import { enter, entry } from '../kit/named.ts';
import type { Projection } from '../kit/projection.ts';
import { defineFold, defineProjection, joined } from '../kit/projection.ts';
import { append } from '../kit/sequence.ts';
import { isMove, typesOfMoves } from '../moves/moves-made.ts';
import {
  add,
  countChildTeam,
  each,
  type Metrics,
  noMetrics,
  release,
  settleShare,
  settleUsage,
  touch,
} from './metrics-state.ts';
import { countRetry, countUsage } from './tally.ts';

const counted = defineProjection({
  name: 'metrics',
  version: 2,
  initial: noMetrics,
  events: {
    formed: teamFormed,
    forked: teamForked,
    round: roundStarted,
    granted: agent.turnGranted,
    replied: agent.modelReplied,
    failed: agent.modelFailed,
    returned: agent.toolReturned,
    toolFailed: agent.toolFailed,
    corrected: agent.turnCorrected,
    forfeited: agent.turnForfeited,
    sent: agent.messageSent,
    answered: agent.personAnswered,
    admitted: work.workAdmitted,
    delayed: work.workDelayed,
    refused: work.workRefused,
    started: work.workStarted,
    cancelled: work.workCancelled,
    lapsed: work.workLapsed,
    late: work.workLate,
    done: work.workDone,
    workFailed: work.workFailed,
    teamReturned: child.teamReturned,
    teamFailed: child.teamFailed,
    neared: work.limitNeared,
    breached: work.budgetBreached,
  },
  on: {
    formed(draft, event) {
      draft.startedAt = event.meta.at;
      const { tokens, usd } = event.data.limits;
      draft.limits = { tokens: tokens ?? null, usd: usd ?? null };
      touch(draft, event);
    },
    // What the origin had under way is not paid for here; a child team keeps what it holds.
    forked(draft, event) {
      const { limits, below } = event.data;
      draft.limits = { tokens: limits.tokens ?? null, usd: limits.usd ?? null };
      for (const work of Object.keys(draft.open)) if (!below.includes(work)) release(draft, work);
      touch(draft, event);
    },
    round(draft, event) {
      draft.round = event.data.round;
      touch(draft, event);
    },
    granted(draft, event) {
      enter(draft.roundOf, event.data.agent, event.data.round);
      touch(draft, event);
    },
    replied(draft, event) {
      const { usage, latencyMs, rehearsal } = event.data;
      const who = ownerOf(event);
      enter(draft.failing, who, false);
      if (rehearsal) draft.rehearsed++;
      // Taken over from the origin of a fork, or written by a person: no model was called.
      if (event.data.answeredBy) touch(draft, event);
      else
        each(draft, event, who, (tally) => {
          tally.modelCalls++;
          countUsage(tally, usage);
          tally.latenciesMs = append(tally.latenciesMs, latencyMs);
        });
      settleUsage(draft, event.meta.work, usage);
    },
    failed(draft, event) {
      const { kind, usage } = event.data;
      const who = ownerOf(event);
      enter(draft.failing, who, true);
      each(draft, event, who, (tally) => {
        tally.modelCalls++;
        tally.modelFailures[kind] = (tally.modelFailures[kind] ?? 0) + 1;
        if (usage) countUsage(tally, usage);
      });
      settleUsage(draft, event.meta.work, usage, true);
    },
    returned(draft, event) {
      draft.childCalls += event.data.modelCalls ?? 0;
      each(draft, event, ownerOf(event), (tally) => {
        tally.toolCalls++;
        if (!event.data.ok) tally.toolErrors++;
        if (event.data.usage) countUsage(tally, event.data.usage);
      });
      settleShare(draft, event.meta.work, event.data.spent);
    },
    toolFailed(draft, event) {
      each(draft, event, ownerOf(event), (tally) => {
        tally.toolCalls++;
        tally.toolErrors++;
        if (event.data.usage) countUsage(tally, event.data.usage);
      });
      settleShare(draft, event.meta.work, event.data.spent, true);
    },
    corrected(draft, event) {
      each(draft, event, event.data.agent, (tally) => {
        tally.corrections++;
      });
    },
    forfeited(draft, event) {
      each(draft, event, event.data.agent, (tally) => {
        tally.forfeits++;
      });
    },
    sent(draft, event) {
      each(draft, event, event.meta.actor ?? '', (tally) => {
        tally.messages++;
      });
    },
    answered(draft, event) {
      settleUsage(draft, event.meta.work);
      touch(draft, event);
    },
    admitted(draft, event) {
      const { work, src, reserved } = event.data;
      const who = actorOfWork(work);
      release(draft, work);
      draft.open[work] = reserved;
      add(draft.reserved, reserved, 1);
      if (src === 'callModel' && entry(draft.failing, who)) {
        enter(draft.failing, who, false);
        each(draft, event, who, countRetry);
      } else touch(draft, event);
    },
    delayed(draft, event) {
      draft.delays++;
      draft.delayedMs += Math.max(0, event.data.until - event.meta.at);
      touch(draft, event);
    },
    refused(draft, event) {
      const { limit } = event.data;
      enter(draft.refusals, limit, (entry(draft.refusals, limit) ?? 0) + 1);
      release(draft, event.data.work);
      touch(draft, event);
    },
    started(draft, event) {
      if (event.data.attempt > 1) each(draft, event, actorOfWork(event.data.work), countRetry);
    },
    cancelled(draft, event) {
      // Paid work that was begun keeps its reservation until its result or its lapse settles it.
      if (!event.data.started) release(draft, event.data.work);
      touch(draft, event);
    },
    lapsed(draft, event) {
      release(draft, event.data.work);
      add(draft.settled, event.data.settled, 1);
      touch(draft, event);
    },
    late(draft, event) {
      const { work, usage, spent } = event.data;
      if (usage) {
        each(draft, event, actorOfWork(work), (tally) => {
          if (!spent) tally.modelCalls++;
          countUsage(tally, usage);
        });
      }
      if (spent) settleShare(draft, work, spent);
      else settleUsage(draft, work, usage);
      touch(draft, event);
    },
    done(draft, event) {
      settleUsage(draft, event.meta.work);
      touch(draft, event);
    },
    workFailed(draft, event) {
      if (event.data.spent) settleShare(draft, event.meta.work, event.data.spent, true);
      else settleUsage(draft, event.meta.work, event.data.usage, true);
      touch(draft, event);
    },
    teamReturned: countChildTeam,
    teamFailed: countChildTeam,
    neared(draft, event) {
      if (!draft.neared.includes(event.data.limit)) draft.neared.push(event.data.limit);
      touch(draft, event);
    },
    breached(draft, event) {
      draft.breaches++;
      touch(draft, event);
    },
  },
});

const ofMoves = defineFold<Metrics>(typesOfMoves, (draft, event) => {
  if (!isMove(event)) return;
  each(draft, event, event.meta.actor ?? '', (tally) => {
    tally.moves++;
  });
});

export const metrics: Projection<Metrics> = joined(counted, ofMoves);
