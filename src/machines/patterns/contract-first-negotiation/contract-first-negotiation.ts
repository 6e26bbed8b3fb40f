/**
 * Contract-first negotiation: two to four negotiators propose, counter and sign one contract; once it is locked
 * all implement it at the same time, each against it alone.
 *
 * Who talks to whom: it grants turns to the negotiators and hears their moves; from the team it hears what became
 * of a seat and that it should end; to the team it says its conclusion.
 *
 * Invariants
 * 1. A move answers the version of the contract that it names. One that answers an older version changes nothing
 *    and is answered with the newest, `crossings` times a round.
 * 2. An acceptance before any counter-proposal is refused.
 * 3. No implementation is asked for, shown or taken before the contract is locked, by agreement or as the best
 *    of partial talks; each implementer is shown the locked contract and nothing else.
 * 4. Grants are bounded by `turnsMax`.
 */
import { definePattern } from '../kit/define-pattern.ts';
import type { PatternSays } from '../kit/pattern.ts';
import { on, type PatternStep } from '../kit/pattern-spec.ts';
import { granting, handedIn, progress, taskFor } from '../kit/turn-taking.ts';
import { contractTurn, earlyTurn, newestTurn } from './contract-briefs.ts';
import { contractEnding, lockingWords } from './contract-conclusion.ts';
import type { Negotiation } from './contract-ledger.ts';
import * as ledger from './contract-ledger.ts';
import { contractFirstNegotiationCues } from './cues.ts';
import { acceptContract, counterPropose, proposeContract, submitImplementation } from './words.ts';

type Step = PatternStep<Negotiation>;

const implementationOf = (negotiator: string): string => `implementation-of-${negotiator}`;

/** Every implementation waits for the contract. */
const contractBoard = ({ negotiators }: Negotiation): PatternSays[] => [
  { type: 'task.created', task: 'contract', title: 'Contract', blockedBy: [] },
  ...negotiators.map((one) =>
    taskFor(one, implementationOf(one), `Implementation of ${one}`, ['contract']),
  ),
];

/** The first who is there opens. */
const askProposer = (context: Negotiation): Step => ({
  asks: ledger.negotiatorsThere(context).slice(0, 1),
});

const takeProposal = (context: Negotiation, proposed: ledger.Proposed): Step => ({
  remember: ledger.withVersion(context, proposed),
  say: [handedIn(proposed, 'contract')],
});

/** All who have not signed the newest version answer it, side by side. */
function openRound(context: Negotiation): Step {
  const round = context.round + 1;
  const version = context.versions.length;
  return {
    remember: { round, crossed: {} },
    say: [
      { type: 'round.started', round, of: context.limits.rounds, title: 'Negotiation' },
      progress('contract', 'inProgress', `round ${round}: version ${version}`),
    ],
    asks: ledger.unsigned(context),
  };
}

const takeCounter = (context: Negotiation, countered: ledger.Countered): Step => ({
  remember: ledger.withVersion(context, countered),
  say: [handedIn(countered, 'contract')],
});

const takeAcceptance = (context: Negotiation, accepted: ledger.Accepted): Step => ({
  remember: ledger.withSignature(context, accepted),
  say: [progress('contract', 'inProgress', `${accepted.from} signs version ${accepted.version}`)],
});

/** Crossed moves are answered to the newest version. */
function answerWithNewest(context: Negotiation, { from, version }: ledger.Answering): Step {
  const turn = newestTurn(context, from, version);
  const { remember, say } = granting(context, [from], () => turn);
  const crossed = { ...context.crossed, [from]: (context.crossed[from] ?? 0) + 1 };
  return { remember: { crossed, ...remember }, say };
}

function refuseEarly(context: Negotiation, { from }: ledger.Accepted): Step {
  const turn = earlyTurn(context, from);
  const { remember, say } = granting(context, [from], () => turn);
  return { remember: { pressed: [...context.pressed, from], ...remember }, say };
}

/** A move that does not count, from one who has been told often enough: the others do not wait for it. */
const passOver = (): Step => ({});

/** From now on there is one version; all implement it at the same time. */
function lockContract(context: Negotiation): Step {
  const agreed = ledger.isAgreed(context);
  const locked = agreed ? ledger.newestOf(context) : ledger.bestOf(context);
  if (!locked) return {};
  const there = ledger.negotiatorsThere(context);
  return {
    remember: { locked, agreed, crossed: {} },
    say: [
      ...lockingWords(context, locked),
      ...there.map((seat) =>
        progress(implementationOf(seat), 'inProgress', `version ${locked.version}`),
      ),
    ],
    asks: there,
  };
}

function takeImplementation(context: Negotiation, made: ledger.Implemented): Step {
  const task = implementationOf(made.from);
  const count = made.deviations.length;
  const note = count > 0 ? `deviates from the contract in ${count} points` : 'as in the contract';
  return {
    remember: ledger.withImplementation(context, made),
    say: [handedIn(made, task), progress(task, 'completed', note)],
  };
}

const loseSeat = ({ implementations }: Negotiation, seat: string): Step => ({
  say: implementations[seat]
    ? []
    : [progress(implementationOf(seat), 'failed', 'nobody implements in this seat')],
});

export const contractFirstNegotiation = definePattern({
  name: 'contract-first-negotiation',
  called: 'the negotiation',
  purpose: 'Those who depend on each other agree on a contract first, then implement in parallel.',
  endsWhen: 'all have signed the contract and each has implemented its part against it',
  fallback: 'the best contract of the partial talks, marked so, then its implementations',
  keyProperty: 'Nothing is implemented before one contract is locked, and only that one is.',
  roles: {
    negotiator: {
      min: 2,
      max: 4,
      moves: [proposeContract, counterPropose, acceptContract, submitImplementation],
      types: ['backend-architect', 'frontend-developer'],
    },
  },
  limits: ledger.contractLimits,
  turnsMax: ({ rounds, crossings, refills }, seats) =>
    1 + (seats - 1) * (rounds * (1 + crossings) + 1) + seats * (1 + crossings) + refills * seats,
  seats: ({ negotiator }) => ({ negotiators: negotiator }),
  remembers: ledger.newNegotiation,
  board: contractBoard,
  turn: contractTurn,
  lose: loseSeat,
  states: {
    proposing: {
      begins: askProposer,
      hears: [on(proposeContract, takeProposal)],
      next: { answering: ledger.hasContract, reopening: 'else' },
    },
    reopening: { next: { proposing: ledger.isQuorate, weighing: 'else' } },
    answering: {
      begins: openRound,
      hears: [
        on(counterPropose, answerWithNewest, { onlyIf: ledger.isOutdated }),
        on(counterPropose, takeCounter, { onlyIf: ledger.isInForce }),
        on(counterPropose, passOver),
        on(acceptContract, answerWithNewest, { onlyIf: ledger.isOutdated }),
        on(acceptContract, refuseEarly, { onlyIf: ledger.isEarly }),
        on(acceptContract, takeAcceptance, { onlyIf: ledger.maySign }),
        on(acceptContract, passOver),
      ],
      next: { weighing: 'else' },
    },
    weighing: {
      next: {
        answering: ledger.mayNegotiate,
        implementing: ledger.mayImplement,
        concluded: 'else',
      },
    },
    implementing: {
      begins: lockContract,
      hears: [
        on(submitImplementation, answerWithNewest, { onlyIf: ledger.isOutdated }),
        on(submitImplementation, takeImplementation, { onlyIf: ledger.isInForce }),
        on(submitImplementation, passOver),
      ],
      next: { concluded: 'else' },
    },
  },
  concludes: contractEnding,
  cues: contractFirstNegotiationCues,
});
