/**
 * The audit after a fault run: reads every log over a client of its own and compares it with what the model
 * server was asked.
 *
 * What is checked
 * 1. Every team has ended, once, and nothing stands after its end.
 * 2. Every log replays without divergence.
 * 3. Nothing doubled: no piece of work is settled twice, no request is answered twice in a log, no word of a
 *    person is heard twice, and epochs rise one by one.
 * 4. Nothing lost: every request to the model server is in a log as replied, failed, lapsed or late; every
 *    word of a person whose append was confirmed was heard, or said after the team had heard its last.
 * 5. What a dead worker led is led by another within 10 s, or 10 s after the last other failure. Time in which
 *    the machine let this process wait is taken off, and such takeovers are named.
 */
import type { Runtime } from '../../src/actors/runtime.ts';
import type { EventMeta, JsonObject, RawEvent } from '../../src/events/event.ts';
import type { StreamName } from '../../src/events/ids.ts';
import { type EventStore, pages } from '../../src/events/store.ts';
import { openEventStoreDb } from '../../src/events/stores/eventstoredb/eventstoredb-store.ts';
import type { TestServer } from '../eventstoredb/test-server.ts';
import type { MessagesApi } from '../servers/messages-api.ts';
import type { KeptWaiting } from './kept-waiting.ts';

/** A worker died while it led these teams. */
export interface Death {
  at: number;
  teams: readonly string[];
}

export interface AuditSite {
  server: TestServer;
  api: MessagesApi;
  teams: readonly string[];
  /** Words of a person that are known to be in a team's inbox. */
  told: ReadonlyMap<string, readonly string[]>;
  deaths: readonly Death[];
  /** When the last fault of the server was over, or the last worker began to stand still. */
  failedAt: number;
  keptWaiting: KeptWaiting;
  runtimeOf(store: EventStore): Runtime;
}

export interface Audit {
  violations: string[];
  /** How long each team of a dead worker was led by nobody, milliseconds. */
  takeoversMs: number[];
  /** Takeovers that would have been in time on a machine that had nothing else to do. */
  keptWaiting: string[];
  counts: Counts;
}

export interface Counts {
  events: number;
  requests: number;
  replied: number;
  failed: number;
  lapsed: number;
  late: number;
  /** Times a team was taken, first times too. */
  taken: number;
  told: number;
}

interface Entry {
  type: string;
  revision: number;
  data: JsonObject;
  meta: EventMeta;
}

const TAKEN_OVER_WITHIN_MS = 10_000;
const ENDS = new Set(['team.dissolved', 'team.stopped']);

export async function audit(site: AuditSite): Promise<Audit> {
  const store = await openEventStoreDb(site.server.connectionString);
  const runtime = site.runtimeOf(store);
  const counts = { events: 0, replied: 0, failed: 0, lapsed: 0, late: 0, taken: 0, told: 0 };
  const made: Audit = {
    violations: [],
    takeoversMs: [],
    keptWaiting: [],
    counts: { ...counts, requests: site.api.requests.length },
  };
  try {
    for (const team of site.teams) {
      const problem = (text: string) => made.violations.push(`team ${team}: ${text}`);
      const log = await entriesOf(store, `team-${team}` as StreamName);
      const inbox = await entriesOf(store, `inbox-${team}` as StreamName);
      count(log, made.counts);
      checkEnd(log, problem);
      checkOnce(log, problem);
      checkTold(log, inbox, site.told.get(team) ?? [], problem);
      made.counts.told += inbox.length;
      if (log.length === 0) continue;
      const { divergence } = await runtime.replay(team);
      if (divergence) problem(`diverges at ${divergence.revision}: ${JSON.stringify(divergence)}`);
      takeovers(team, log, site, made);
    }
    checkCalls(made);
  } finally {
    await runtime.close();
    await store.close();
  }
  return made;
}

async function entriesOf(store: EventStore, stream: StreamName): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const page of pages(store, stream)) entries.push(...page.map(entryOf));
  return entries;
}

const entryOf = ({ type, revision, data, meta }: RawEvent): Entry => ({
  type,
  revision,
  data: JSON.parse(data),
  meta: JSON.parse(meta),
});

function count(log: readonly Entry[], counts: Counts): void {
  counts.events += log.length;
  for (const { type, data } of log) {
    if (type === 'leader.took') counts.taken += 1;
    if (type === 'model.replied') counts.replied += 1;
    if (type === 'model.failed') counts.failed += 1;
    if (data['src'] !== 'callModel') continue;
    if (type === 'work.lapsed') counts.lapsed += 1;
    if (type === 'work.late') counts.late += 1;
  }
}

function checkEnd(log: readonly Entry[], problem: (text: string) => void): void {
  const ends = log.filter(({ type }) => ENDS.has(type));
  const last = log.at(-1);
  const standing = last
    ? `${last.type} at ${last.revision}, ${Date.now() - last.meta.at} ms ago`
    : '';
  if (ends.length !== 1)
    problem(`it has ended ${ends.length} times; last: ${standing || 'nothing'}`);
  const [end] = ends;
  if (end && end.revision !== log.length - 1) problem(`something stands after its end`);
  if (end?.type === 'team.stopped') problem(`it was stopped: ${JSON.stringify(end.data)}`);
}

/** Settled, as far as the same work may not be settled again. */
const SETTLES = new Set(['model.replied', 'model.failed', 'work.done', 'work.failed', 'work.late']);

function checkOnce(log: readonly Entry[], problem: (text: string) => void): void {
  const settled = new Set<string>();
  const answered = new Set<string>();
  let epoch = 0;
  for (const { type, revision, data, meta } of log) {
    const { work } = meta;
    if (work !== undefined && SETTLES.has(type)) {
      if (settled.has(work)) problem(`${work} is settled again at ${revision}`);
      settled.add(work);
    }
    if (type === 'model.replied') {
      const hash = String(data['requestHash']);
      if (answered.has(hash)) problem(`the request of ${revision} was answered before`);
      answered.add(hash);
    }
    if (type === 'leader.took') {
      epoch += 1;
      if (data['epoch'] !== epoch) problem(`epoch ${data['epoch']} stands where ${epoch} is due`);
    }
  }
}

function checkTold(
  log: readonly Entry[],
  inbox: readonly Entry[],
  told: readonly string[],
  problem: (text: string) => void,
): void {
  const there = inbox.map(({ data }) => String(data['text']));
  for (const text of told)
    if (!there.includes(text)) problem(`"${text}" was confirmed and is lost`);
  if (new Set(there).size !== there.length) problem('a word stands twice in the inbox');
  const heard = new Map<string, number>();
  for (const { meta } of log) {
    const { origin, turn } = meta;
    if (origin === undefined) continue;
    if ((heard.get(origin) ?? turn) !== turn) problem(`${origin} is heard twice`);
    heard.set(origin, turn);
  }
  const revisions = [...heard.keys()]
    .filter((origin) => origin.startsWith('inbox-'))
    .map((origin) => Number(origin.slice(origin.indexOf('@') + 1)));
  // The inbox is heard in order: whatever stands before the last that was heard was heard too.
  const last = Math.max(-1, ...revisions);
  if (new Set(revisions).size !== last + 1) problem(`of ${last + 1} words some were passed over`);
}

function checkCalls({ counts, violations }: Audit): void {
  const { requests, replied, failed, lapsed, late } = counts;
  if (requests > replied + failed + lapsed + late)
    violations.push(
      `the model was asked ${requests} times, and the logs know of ${replied} replies, ` +
        `${failed} failures, ${lapsed} lapses and ${late} late ones`,
    );
  if (requests < replied) violations.push(`${replied} replies to ${requests} requests`);
}

function takeovers(
  team: string,
  log: readonly Entry[],
  site: AuditSite,
  { takeoversMs, keptWaiting, violations }: Audit,
): void {
  for (const { at, teams } of site.deaths) {
    if (!teams.includes(team)) continue;
    // An append that was on its way at the death may still have been written.
    const next = log.find(({ type, meta }) => meta.at > at && type === 'leader.took');
    if (!next) continue;
    const tookMs = next.meta.at - at;
    takeoversMs.push(tookMs);
    const from = Math.max(at, site.failedAt);
    const lateMs = next.meta.at - from - TAKEN_OVER_WITHIN_MS;
    if (lateMs <= 0) continue;
    const waitedMs = Math.round(site.keptWaiting.between(from, next.meta.at));
    const text = `team ${team}: taken over after ${tookMs} ms, in which this process waited ${waitedMs} ms for a core`;
    (waitedMs < lateMs ? violations : keptWaiting).push(text);
  }
}
