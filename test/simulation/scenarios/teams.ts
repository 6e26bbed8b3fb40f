/**
 * Whole teams of the horde, one scenario for each pattern: rehearsed or adverse models that are quick, slow,
 * silent or stubborn; budgets that do not suffice; people who send messages, and who stop the team.
 */

import type { StartOptions } from '../../../src/actors/team-plan.ts';
import type { Worker, Workers } from '../../../src/actors/worker.ts';
import { WorkFailure } from '../../../src/actors/worker.ts';
import type { JsonObject } from '../../../src/events/event.ts';
import type { Dice } from '../../../src/events/words/scene.ts';
import { hordeWorkers } from '../../../src/hands/horde-workers.ts';
import type { ModelClient } from '../../../src/hands/model/model-client.ts';
import { createPriceTable } from '../../../src/hands/model/prices.ts';
import { createAdversary, HABITS } from '../../../src/hands/model/rehearsal/adversary.ts';
import { createRehearsalModel } from '../../../src/hands/model/rehearsal/rehearsal-model.ts';
import { agentLimits } from '../../../src/machines/agent/agent-turn.ts';
import { teamTurns } from '../../../src/machines/bounds.ts';
import { hordeMachines } from '../../../src/machines/index.ts';
import { patterns } from '../../../src/machines/patterns/index.ts';
import { teamLife } from '../../../src/machines/team/team-life.ts';
import { formTeam } from '../../../src/planning/formation.ts';
import type { OnBegin } from '../hands.ts';
import type { Chat, Scenario } from '../scenario.ts';
import type { Process, World } from '../world.ts';

const MODEL = 'claude-sonnet-5';

/** The model behind a line of the simulated world: an answer comes when its turn has come, or never. */
function clientIn(world: World, process: () => Process): ModelClient {
  const seed = world.dice.int(1, 1_000_000);
  const good = createRehearsalModel({ seed, verbosity: 'terse' });
  const bad = createAdversary({
    seed,
    habits: world.plan.overcharge ? [...HABITS, 'overcharge'] : HABITS,
  });
  return {
    rehearsal: true,
    key: 'simulated',
    reply(request, { signal, onText }) {
      const { dice } = world;
      const rough = world.mishapsLeft > 0;
      const client = rough && dice.chance(0.4) ? bad : good;
      const habit = rough
        ? dice.pick(['prompt', 'prompt', 'slow', 'silent', 'stubborn'])
        : dice.pick(['prompt', 'slow']);
      const heard = habit === 'stubborn' ? new AbortController().signal : signal;
      return new Promise((resolve, reject) => {
        const run = () => client.reply(request, { signal: heard, onText }).then(resolve, reject);
        const soon = () =>
          world.happen({ process: process().id, what: 'model answers', needs: 'running', run });
        if (habit !== 'stubborn')
          signal.addEventListener('abort', () => reject(cancelled()), { once: true });
        if (habit === 'prompt') soon();
        else if (habit !== 'silent')
          world.clockOf(process).wake(world.clock.now() + dice.int(1, 90_000), soon);
      });
    },
  };
}

const cancelled = () => new WorkFailure('cancelled', 'nobody waits any more');

/** The horde's own workers, seen to by the witness; how long they took in real time is left out. */
function workersIn(world: World, process: () => Process, begin: OnBegin): Workers {
  const { workers } = hordeWorkers({
    client: clientIn(world, process),
    prices: createPriceTable(),
  });
  return Object.fromEntries(
    Object.entries(workers).map(([src, worker]) => [src, watched(worker, world, process, begin)]),
  );
}

function watched(worker: Worker, world: World, process: () => Process, begin: OnBegin): Worker {
  const { effect } = worker;
  return {
    ...worker,
    async run(input, context) {
      world.totals.works += 1;
      begin(process(), typeof effect === 'function' ? effect(input) : effect, context);
      try {
        return { ...(await worker.run(input, context)), latencyMs: 0 };
      } catch (error) {
        if (error instanceof WorkFailure) (error.data as JsonObject)['latencyMs'] = 0;
        throw error;
      }
    },
  };
}

const agent = agentLimits.parse({
  retries: 2,
  corrections: 2,
  toolRounds: 3,
  replyTimeoutMs: 120_000,
  messages: 5,
});

interface Drawn {
  plan: StartOptions;
  turnsMax: number;
}

function draw(name: string, dice: Dice): Drawn {
  const pattern = patterns[name]!;
  const life = teamLife.parse({ timeMs: dice.chance(0.2) ? 400_000 : null });
  const { tools } = hordeWorkers({
    client: createRehearsalModel(),
    prices: createPriceTable(),
  });
  const { timeMs, ...lasting } = life;
  const plan = formTeam({
    request: 'Design a migration that splits the users table; have it reviewed for safety',
    pattern: name,
    model: MODEL,
    tools,
    synthesis: dice.chance(0.5),
    life: lasting,
    limits: {
      tokens: dice.pick([30_000, 120_000, 1_000_000, 10_000_000]),
      ...(timeMs === null ? {} : { timeMs }),
      ...(dice.chance(0.2) ? { messagesPerActor: 3 } : {}),
      ...(dice.chance(0.2) ? { works: dice.int(1, 20) } : {}),
    },
  });
  const input = plan.input as unknown as {
    roster: { input: JsonObject }[];
    scribe: { input: JsonObject } | null;
    pattern: { input: JsonObject };
  };
  for (const entry of [...input.roster, ...(input.scribe ? [input.scribe] : [])])
    entry.input['limits'] = agent;
  const bounds = {
    pattern,
    limits: pattern.limits.parse({}) as object,
    seats: input.roster.length,
    agent,
    life,
    scribe: input.scribe !== null,
  };
  return { plan: plan as StartOptions, turnsMax: teamTurns(bounds) };
}

function teamOf(name: string): Scenario {
  return {
    name,
    machines: () => hordeMachines,
    events: [],
    works: ['callModel', 'useTool'],
    workers: workersIn,
    start: (dice) => draw(name, dice).plan,
    turnsMax: (dice) => draw(name, dice).turnsMax,
    chatter: (dice): Chat[] => [
      ...Array.from({ length: dice.int(0, 3) }, (_, nth) => ({
        event: { type: 'message.told', by: 'a person', text: `have you seen this? ${nth}` },
        ...(dice.chance(0.6)
          ? { to: [dice.pick(['producer', 'reviewer-1', 'contributor-1'])] }
          : {}),
      })),
      ...(dice.chance(0.15) ? [{ event: { type: 'team.paused', by: 'a person' } }] : []),
      ...(dice.chance(0.1) ? [{ event: { type: 'agent.joined', actor: 'spy' } }] : []),
      ...(dice.chance(0.15)
        ? [{ event: { type: 'team.stopRequested', team: 't', reason: 'enough', by: 'me' } }]
        : []),
    ],
  };
}

export const teams: readonly Scenario[] = Object.keys(patterns).map(teamOf);
