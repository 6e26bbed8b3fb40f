/**
 * Answers of the origin, in a fork: before a model is asked, the origin's stream is looked into. What was asked
 * there in the same words has been answered and paid for; the answer is taken over and costs nothing.
 *
 * Invariants
 * 1. A team that is no fork and stands below none, or asks something else, is answered by the worker that this one stands before.
 * 2. An answer is found by actor, request hash and occurrence: the k-th answer here is the k-th there.
 * 3. Answers that are taken over side by side are given in the order in which the origin heard them.
 * 4. A written answer is given once: when it is recorded, it is used up.
 */

import { type WorkContext, type Worker, WorkFailure } from '../../actors/worker.ts';
import { NO_USAGE, tokensOf } from '../../events/amounts.ts';
import type { EventOf, JsonObject } from '../../events/event.ts';
import { teamId, teamStream } from '../../events/ids.ts';
import { createCatalog, type EventCatalog } from '../../events/known-events.ts';
import { type EventStore, pages } from '../../events/store.ts';
import type { modelFailed, modelReplied } from '../../events/words/agent.ts';
import type { WrittenAnswer } from '../../events/words/fork.ts';
import { vocabulary } from '../../events/words/index.ts';
import { ownerOf } from '../../events/work-id.ts';
import { conversation, conversationRequest } from '../../projections/conversation/conversation.ts';
import { type ForkView, forkView, isAnswer, requestKey } from '../../projections/fork/fork-view.ts';

type Answer = EventOf<typeof modelReplied> | EventOf<typeof modelFailed>;
type Answers = ReadonlyMap<string, readonly Answer[]>;
type CallInput = { agent: string };

/** The worker `callModel` as forks need it; for other teams it is the same worker. */
export function answeredFromOrigin<Input extends CallInput>(
  worker: Worker<Input>,
  store: EventStore,
  catalog: EventCatalog = createCatalog(vocabulary),
): Worker<Input> {
  const known = new Map<string, Promise<Answers>>();
  const answersOf = (of: string, read: () => Promise<Answers>): Promise<Answers> => {
    const answers = known.get(of) ?? read();
    known.set(of, answers);
    answers.catch(() => known.delete(of));
    return answers;
  };
  // A team is a fork from its first leader on, or never: whom it stands below is asked once.
  const lineages = new Map<string, Promise<Lineage | undefined>>();
  const lineageOfTeam = (team: string, fork: ForkView): Promise<Lineage | undefined> => {
    const lineage = lineages.get(team) ?? lineageOf(fork, store, catalog);
    lineages.set(team, lineage);
    lineage.catch(() => lineages.delete(team));
    return lineage;
  };
  const written = new Map<string, string>();
  const inOrder = createOrder();
  return {
    ...worker,
    async run(input, context) {
      const fork = await context.view(forkView);
      const lineage = await lineageOfTeam(context.team, fork);
      if (!lineage) return worker.run(input, context);
      const request = await requestOf(input, context);
      if (!request) return worker.run(input, context);
      if (fork.answer && !fork.answered && isMeant(fork.answer, context, written))
        return writtenReply(fork.answer, request, context);
      const key = requestKey(context.actor, request.hash);
      const { origin, isFamily } = lineage;
      const answers = isFamily
        ? await answersOf(`below ${origin}`, () => answersBelow(store, catalog, origin))
        : await answersOf(origin, () => answersIn(store, catalog, origin));
      const answer = answers.get(key)?.[fork.answers[key] ?? 0];
      if (!answer) return worker.run(input, context);
      return inOrder(context.team, answer.revision, () => takenOver(answer));
    },
  };
}

async function requestOf({ agent }: CallInput, context: WorkContext) {
  return conversationRequest(await context.view(conversation), agent, context.through);
}

interface Lineage {
  origin: string;
  /** It was begun by a fork, after the fork: what answers it there is any team below the origin. */
  isFamily: boolean;
}

/** Where a team's requests may have been answered; undefined for one that no fork stands above. */
async function lineageOf(
  fork: ForkView,
  store: EventStore,
  catalog: EventCatalog,
): Promise<Lineage | undefined> {
  let above = fork;
  for (let isFamily = false; ; isFamily = true) {
    if (above.origin) return { origin: above.origin.team, isFamily };
    if (above.parent === null) return undefined;
    above = await forkOf(store, catalog, above.parent);
  }
}

async function forkOf(store: EventStore, catalog: EventCatalog, team: string): Promise<ForkView> {
  let view = forkView.initial;
  for await (const page of pages(store, teamStream(teamId(team)))) {
    for (const raw of page)
      if (raw.type === 'team.formed' || raw.type === 'team.forked')
        view = forkView.apply(view, catalog.decode(raw));
  }
  return view;
}

/** The answers given in all teams below an origin; forks of them hold nothing that they do not hold. */
async function answersBelow(
  store: EventStore,
  catalog: EventCatalog,
  origin: string,
): Promise<Answers> {
  const family = new Set([origin]);
  const all = new Map<string, readonly Answer[]>();
  // Oldest first: whoever waits stands before whoever it waits for.
  for (const { stream } of await store.streams('team-')) {
    const [first] = await store.read(stream, { limit: 1 });
    const formed = JSON.parse(first!.data) as { team: string; parent?: { team: string } };
    if (stream !== `team-${formed.team}` || !family.has(formed.parent?.team ?? '')) continue;
    family.add(formed.team);
    for (const [key, answers] of await answersIn(store, catalog, formed.team))
      if ((all.get(key)?.length ?? 0) < answers.length) all.set(key, answers);
  }
  return all;
}

/** All answers that models gave to a team, by what was asked, in order. */
async function answersIn(store: EventStore, catalog: EventCatalog, team: string): Promise<Answers> {
  const answers = new Map<string, Answer[]>();
  for await (const page of pages(store, teamStream(teamId(team)))) {
    for (const raw of page) {
      if (!raw.type.startsWith('model.')) continue;
      const event = catalog.decode(raw);
      if (!isAnswer(event) || event.data.requestHash === undefined) continue;
      const key = requestKey(ownerOf(event), event.data.requestHash);
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
    usage: NO_USAGE,
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
  if ('content' in data)
    return { ...data, usage: NO_USAGE, latencyMs: 0, answeredBy } as JsonObject;
  const { kind, message, ...rest } = data;
  throw new WorkFailure(kind, message, { ...rest, usage: NO_USAGE, latencyMs: 0, answeredBy });
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
