/**
 * The briefs of a negotiation: what is asked of whom, in words. Names and numbers only; texts are shown as
 * material.
 *
 * Invariants
 * 1. An answer is asked for to the newest version, which is shown.
 * 2. An implementation is asked for with the locked contract as its only material.
 */
import { listed, type Turn } from '../kit/turn-taking.ts';
import type { Negotiation, Version } from './contract-ledger.ts';
import * as ledger from './contract-ledger.ts';

const ofRound = ({ round, limits }: Negotiation) => `Round ${round} of ${limits.rounds}.`;

/** The turn that a seat owes now. */
export function contractTurn(context: Negotiation, seat: string): Turn {
  if (context.locked) return implementationTurn(context, context.locked);
  const newest = ledger.newestOf(context);
  return newest ? answerTurn(context, newest) : proposalTurn(context, seat);
}

function proposalTurn(context: Negotiation, seat: string): Turn {
  const others = context.negotiators.filter((one) => one !== seat);
  return {
    round: context.round,
    brief: `Before anybody implements anything, ${listed(context.negotiators)} agree on one contract. You open: propose it, whole and exact, so that each can implement its part without asking: names, types, formats, errors, limits, and which part is whose. ${listed(others)} will counter it. Write no implementation. End your turn with propose_contract.`,
    moves: ['propose_contract'],
    material: [],
  };
}

function answerTurn(context: Negotiation, newest: Version): Turn {
  const { version, by, revision, signedBy } = newest;
  const ask = ledger.hasCounter(context)
    ? 'Sign it if you can implement your part against it as it stands; else counter it with a whole version of your own, and name each change and its reason. End your turn with accept_contract or counter_propose'
    : 'Nobody can sign before there has been a counter-proposal: look for what your part needs and this version misses, and counter it with a whole version of your own, naming each change and its reason. End your turn with counter_propose';
  return {
    round: context.round,
    brief: `${ofRound(context)} Version ${version} of the contract, by ${by}, is the newest and is shown below; signed by ${listed(signedBy)}. ${ask}, and give version ${version} as the one that you answer. Write no implementation before the contract is locked.`,
    moves: ledger.hasCounter(context)
      ? ['accept_contract', 'counter_propose']
      : ['counter_propose'],
    material: [revision],
  };
}

const implementationTurn = ({ round }: Negotiation, { version, revision }: Version): Turn => ({
  round,
  brief: `The contract is locked: version ${version}, shown below, is the only one that holds. Implement your part against it and against nothing else; the others do the same at the same time. Where you must deviate from it, say so. Give version ${version} as the one that you implement. End your turn with submit_implementation.`,
  moves: ['submit_implementation'],
  material: [revision],
});

/** Answers a move against an older version: what is in force now, and the turn once more. */
export function newestTurn(context: Negotiation, seat: string, answered: number): Turn {
  const inForce = ledger.inForce(context);
  const turn = contractTurn(context, seat);
  return {
    ...turn,
    brief: `Your move answered version ${answered} and does not count: version ${inForce?.version}, by ${inForce?.by}, is in force. ${turn.brief}`,
  };
}

/** Refuses an acceptance before any counter-proposal, once. */
export function earlyTurn(context: Negotiation, seat: string): Turn {
  const turn = contractTurn(context, seat);
  return {
    ...turn,
    brief: `Your acceptance is refused: it came before any counter-proposal. ${turn.brief}`,
  };
}
