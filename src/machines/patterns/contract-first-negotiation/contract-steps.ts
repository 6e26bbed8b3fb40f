/**
 * The steps of a negotiation: what it does with each thing it hears, as memory and as words. Pure.
 */
import type { Taken } from '../../step.ts';
import { settle } from '../kit/grants.ts';
import type { PatternSays } from '../kit/pattern.ts';
import * as turns from '../kit/turn-taking.ts';
import { contractTurn, earlyTurn, newestTurn } from './contract-briefs.ts';
import { lockingWords } from './contract-conclusion.ts';
import type { ContractContext } from './contract-ledger.ts';
import * as ledger from './contract-ledger.ts';

type Step = Taken<ContractContext, PatternSays>;

export const implementationOf = (negotiator: string): string => `implementation-of-${negotiator}`;

/** Every implementation waits for the contract. */
export const openBoard = ({ negotiators }: ContractContext): Step => ({
  say: [
    { type: 'task.created', task: 'contract', title: 'Contract', blockedBy: [] },
    ...negotiators.map(
      (owner): PatternSays => ({
        type: 'task.created',
        task: implementationOf(owner),
        title: `Implementation of ${owner}`,
        owner,
        blockedBy: ['contract'],
      }),
    ),
  ],
});

/** The first who is there opens. */
export const askProposer = (context: ContractContext): Step =>
  turns.granting(context, ledger.negotiatorsThere(context).slice(0, 1), (seat) =>
    contractTurn(context, seat),
  );

export const takeProposal = (context: ContractContext, proposed: ledger.Proposed): Step => ({
  remember: ledger.withVersion(context, proposed),
  say: [turns.handedIn(proposed, 'contract')],
});

/** All who have not signed the newest version answer it, side by side. */
export function openRound(before: ContractContext): Step {
  const context = { ...before, round: before.round + 1, crossed: {} };
  const { round, crossed, limits } = context;
  const asked = ledger.unsigned(context);
  const { remember, say } = turns.granting(context, asked, (seat) => contractTurn(context, seat));
  const { version } = ledger.newestOf(context)!;
  return {
    remember: { round, crossed, ...remember },
    say: [
      { type: 'round.started', round, of: limits.rounds, title: 'Negotiation' },
      turns.progress('contract', 'inProgress', `round ${round}: version ${version}`),
      ...say,
    ],
  };
}

export const takeCounter = (context: ContractContext, countered: ledger.Countered): Step => ({
  remember: ledger.withVersion(context, countered),
  say: [turns.handedIn(countered, 'contract')],
});

export const takeAcceptance = (context: ContractContext, accepted: ledger.Accepted): Step => ({
  remember: ledger.withSignature(context, accepted),
  say: [
    turns.progress('contract', 'inProgress', `${accepted.from} signs version ${accepted.version}`),
  ],
});

type Outdated = ledger.Countered | ledger.Accepted | ledger.Implemented;

/** Crossed moves are answered to the newest version. */
export function answerWithNewest(context: ContractContext, { from, version }: Outdated): Step {
  const turn = newestTurn(context, from, version);
  const { remember, say } = turns.granting(context, [from], () => turn);
  const crossed = { ...context.crossed, [from]: (context.crossed[from] ?? 0) + 1 };
  return { remember: { crossed, ...remember }, say };
}

export function refuseEarly(context: ContractContext, { from }: ledger.Accepted): Step {
  const turn = earlyTurn(context, from);
  const { remember, say } = turns.granting(context, [from], () => turn);
  return { remember: { pressed: [...context.pressed, from], ...remember }, say };
}

/** A move that does not count, from one who has been told often enough: the others do not wait for it. */
export const passOver = (context: ContractContext, { from }: Outdated): Step => ({
  remember: { grants: settle(context.grants, from) },
});

/** From now on there is one version; all implement it at the same time. */
export function lockContract(before: ContractContext): Step {
  const agreed = ledger.isAgreed(before);
  const locked = agreed ? ledger.newestOf(before)! : ledger.bestOf(before)!;
  const context = { ...before, locked, crossed: {} };
  const there = ledger.negotiatorsThere(context);
  const { remember, say } = turns.granting(context, there, (seat) => contractTurn(context, seat));
  return {
    remember: { locked, agreed, crossed: {}, ...remember },
    say: [
      ...lockingWords(before, locked),
      ...there.map((seat) =>
        turns.progress(implementationOf(seat), 'inProgress', `version ${locked.version}`),
      ),
      ...say,
    ],
  };
}

export const takeImplementation = (context: ContractContext, made: ledger.Implemented): Step => {
  const task = implementationOf(made.from);
  const count = made.deviations.length;
  const note = count > 0 ? `deviates from the contract in ${count} points` : 'as in the contract';
  return {
    remember: ledger.withImplementation(context, made),
    say: [turns.handedIn(made, task), turns.progress(task, 'completed', note)],
  };
};

export function grantAgain(context: ContractContext, event: turns.TurnEvent): Step {
  const seat = turns.seatOf(event);
  return turns.grantingAgain(context, seat, contractTurn(context, seat));
}

export const loseSeat = (context: ContractContext, event: turns.TurnEvent): Step => {
  const seat = turns.seatOf(event);
  const isDone = context.implementations[seat] !== undefined;
  return {
    remember: turns.withoutSeat(context, event),
    say: isDone
      ? []
      : [turns.progress(implementationOf(seat), 'failed', 'nobody implements in this seat')],
  };
};
