/**
 * What happens to the server while teams work: one fault after the other, drawn from the seed, and then calm.
 */
import type { Dice } from '../../src/events/words/scene.ts';
import type { TestServer } from '../eventstoredb/test-server.ts';

type Fault = (server: TestServer, dice: Dice) => Promise<void> | void;

/** Somebody else's events, in streams of their own and in some with a team's name. */
function foreign(server: TestServer, dice: Dice): string {
  const stream = dice.pick(['orders', 'team-x', 'inbox-x', 'lease-team-f0']);
  const name = `${stream}${dice.int(0, 99)}`;
  const made = Array.from({ length: dice.int(1, 60) }, () => ({
    id: crypto.randomUUID(),
    type: dice.pick(['order.placed', 'team.formed', 'team.dissolved', 'leader.took']),
    contentType: dice.pick(['application/json', 'application/octet-stream']),
    data: Buffer.from(dice.pick(['null', '{}', '{', '\u0000'])),
    metadata: Buffer.alloc(0),
  }));
  server.log.append(name, made, 'any');
  return name;
}

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
  // What an operator and other programs do.
  foreignWriters: (server, dice) => void foreign(server, dice),
  foreignDeletedForGood: (server, dice) => server.log.tombstone(foreign(server, dice)),
  scavenged: async (server, dice) => {
    for (let i = dice.int(1, 4); i > 0; i--) server.log.softDelete(foreign(server, dice));
    server.log.scavenge();
    await server.dropConnections();
  },
  restartedAfterScavenge: async (server, dice) => {
    server.log.softDelete(foreign(server, dice));
    await server.stop();
    server.log.scavenge();
  },
  allRefused: (server) => {
    server.faults.allDenied = true;
    server.endSubscriptions();
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
  switches.allDenied = false;
  switches.thaw();
  await server.start();
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
