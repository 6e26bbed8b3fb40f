/**
 * What happens to the server while teams work: one fault after the other, drawn from the seed, and then calm.
 */
import type { Dice } from '../../src/events/words/scene.ts';
import type { TestServer } from '../eventstoredb/test-server.ts';

type Fault = (server: TestServer, dice: Dice) => Promise<void> | void;

/** How long a fault lasts at most, and the quiet after it, milliseconds. */
const FAULT_MS_MAX = 450;
const QUIET_MS_MAX = 250;

export const faults: Readonly<Record<string, Fault>> = {
  killed: (server) => server.stop(),
  frozen: (server) => server.faults.freeze(),
  cutOff: (server) => server.dropConnections(),
  subscriptionsStalled: (server) => server.stallSubscriptions(),
  subscriptionsEnded: (server) => server.endSubscriptions(),
  readsStalled: (server) => {
    server.faults.readsStalled = true;
  },
  answersLost: (server, dice) => {
    server.faults.answersLost = dice.int(1, 6);
  },
  killedByAppend: (server, dice) => {
    server.faults.crashOnAppend = dice.pick(['before', 'after'] as const);
  },
  swapped: (server, dice) => {
    server.faults.batchDelaysMs = Array.from({ length: dice.int(1, 8) }, () => dice.int(0, 60));
  },
  slow: (server, dice) => {
    server.faults.latencyMs = dice.int(5, 60);
  },
};

/** Plays faults for so long. Resolves with their names when the server is up and well again. */
export async function mischief(server: TestServer, dice: Dice, forMs: number): Promise<string[]> {
  const played: string[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    const name = dice.pick(Object.keys(faults));
    played.push(name);
    await faults[name]!(server, dice);
    await pause(dice.int(20, FAULT_MS_MAX));
    await mend(server);
    await pause(dice.int(0, QUIET_MS_MAX));
  }
  return played;
}

export async function mend(server: TestServer): Promise<void> {
  const { faults: switches } = server;
  switches.latencyMs = 0;
  switches.readsStalled = false;
  switches.batchDelaysMs = [];
  switches.answersLost = 0;
  switches.crashOnAppend = undefined;
  switches.thaw();
  await server.start();
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
