/**
 * Answers of the origin, in a fork: before a model is asked, the origin's stream is looked into. What was asked
 * there in the same words has been answered and paid for; the answer is taken over and costs nothing.
 *
 * Invariants
 * 1. A team that is not a fork, or asks something else, is answered by the worker that this one stands before.
 * 2. An answer is found by actor, request hash and occurrence: the k-th answer here is the k-th there.
 * 3. Answers that are taken over side by side are given in the order in which the origin heard them.
 * 4. A written answer is given once: when it is recorded, it is used up.
 */
import { createCatalog, type EventCatalog } from '../events/catalog.ts';
import type { EventOf, JsonObject } from '../events/event.ts';
import { teamId, teamStream } from '../events/ids.ts';
import { type EventStore, pages } from '../events/store.ts';
import type { modelFailed, modelReplied } from '../events/vocabulary/agent.ts';
import type { WrittenAnswer } from '../events/vocabulary/fork.ts';
import { vocabulary } from '../events/vocabulary/index.ts';
import type { Usage } from '../events/vocabulary/work.ts';
import { conversation, conversationRequest } from '../projections/conversation.ts';
import { askerOf, forkView, isAnswer, requestKey } from '../projections/fork.ts';
import { tokensOf } from '../projections/tally.ts';
import { type WorkContext, type Worker, WorkFailure } from './worker.ts';

type Answer = EventOf<typeof modelReplied> | EventOf<typeof modelFailed>;
type Answers = ReadonlyMap<string, readonly Answer[]>;
type CallInput = { agent: string };

const FREE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  usd: 0,
};

/** The worker `callModel` as forks need it; for other teams it is the same worker. */
export function answeredFromOrigin<Input extends CallInput>(
  worker: Worker<Input>,
  store: EventStore,
  catalog: EventCatalog = createCatalog(vocabulary),
): Worker<Input> {
  const origins = new Map<string, Promise<Answers>>();
  const answersOf = (team: string): Promise<Answers> => {
    const known = origins.get(team) ?? answersIn(store, catalog, team);
    origins.set(team, known);
    known.catch(() => origins.delete(team));
    return known;
  };
  const written = new Map<string, string>();
  const inOrder = createOrder();
  return {
    ...worker,
    async run(input, context) {
      const fork = await context.view(forkView);
      if (!fork.origin) return worker.run(input, context);
      const request = await requestOf(input, context);
      if (!request) return worker.run(input, context);
      const { answer } = fork;
      if (answer && !fork.answered && isMeant(answer, context, written))
        return writtenReply(answer, request, context);
      const key = requestKey(context.actor, request.hash);
      const known = (await answersOf(fork.origin.team)).get(key)?.[fork.answers[key] ?? 0];
      if (!known) return worker.run(input, context);
      return inOrder(context.team, known.revision, () => takenOver(known));
    },
  };
}

async function requestOf({ agent }: CallInput, context: WorkContext) {
  return conversationRequest(await context.view(conversation), agent, context.through);
}

/** All answers that models gave to a team, by what was asked, in order. */
async function answersIn(store: EventStore, catalog: EventCatalog, team: string): Promise<Answers> {
  const answers = new Map<string, Answer[]>();
  for await (const page of pages(store, teamStream(teamId(team)))) {
    for (const raw of page) {
      if (!raw.type.startsWith('model.')) continue;
      const event = catalog.decode(raw);
      if (!isAnswer(event) || event.data.requestHash === undefined) continue;
      const key = requestKey(askerOf(event), event.data.requestHash);
      answers.set(key, [...(answers.get(key) ?? []), event]);
    }
  }
  return answers;
}

/** Several calls may be made before the first is recorded: the one that came first has it. */
function isMeant(
  { actor }: WrittenAnswer,
  { team, actor: asking, work }: WorkContext,
  written: Map<string, string>,
): boolean {
  if (actor !== undefined && actor !== asking) return false;
  if (!written.has(team)) written.set(team, work);
  return written.get(team) === work;
}

function writtenReply(
  { content, stopReason }: WrittenAnswer,
  { model, hash }: { model: string; hash: string },
  { reserved }: WorkContext,
): JsonObject {
  // What the next prompt will hold is not known: at most what was reserved for this one, and the answer's bytes.
  const tokens = reserved.tokens + Buffer.byteLength(JSON.stringify(content));
  return {
    model,
    content: content as JsonObject[],
    stopReason,
    usage: FREE,
    requestHash: hash,
    latencyMs: 0,
    rehearsal: false,
    answeredBy: { source: 'person', tokens },
  };
}

function takenOver({ data, stream, revision }: Answer): JsonObject {
  const before = data.usage;
  const tokens = data.answeredBy?.tokens ?? (before ? tokensOf(before) : 0);
  const answeredBy = { source: 'origin', answer: `${stream}@${revision}`, tokens };
  if ('content' in data) return { ...data, usage: FREE, latencyMs: 0, answeredBy } as JsonObject;
  const { kind, message, ...rest } = data;
  throw new WorkFailure(kind, message, { ...rest, usage: FREE, latencyMs: 0, answeredBy });
}

interface Waiting {
  revision: number;
  go(): void;
}

/** Gives answers that are asked for side by side in the order of the origin's revisions. */
function createOrder() {
  const waiting = new Map<string, Waiting[]>();
  return async <Result>(team: string, revision: number, give: () => Result): Promise<Result> => {
    await new Promise<void>((go) => {
      const others = waiting.get(team);
      if (others) {
        others.push({ revision, go });
        return;
      }
      const all: Waiting[] = [{ revision, go }];
      waiting.set(team, all);
      // Whoever was begun together has asked by then.
      setImmediate(() => {
        waiting.delete(team);
        for (const one of all.sort((a, b) => a.revision - b.revision)) one.go();
      });
    });
    return give();
  };
}
