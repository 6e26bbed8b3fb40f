/** What the operational log says of an event: how grave it is, in which words, with which of its fields. Pure. */
import type { EventMeta, JsonObject, RawEvent } from '../../events/event.ts';

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];
export type LogFields = Readonly<Record<string, unknown>>;

interface LogLine {
  level: Level;
  message: string;
  fields: LogFields;
}

/** Types that may have a line; of all others nothing is read. */
export const TOLD_TYPES =
  /^(leader\.took|team\.(formed|forked|upgraded|dissolved|stopped|paused|continued|stopRequested)|work\.(delayed|started|lapsed|refused)|limit\.neared|budget\.breached|origin\.refused|seat\.(lost|refilled)|[a-z]+\.failed)$/;

interface Wording {
  level: Level;
  message: string;
  /** Names of the fields that are told: never one that holds what a model or a person wrote. */
  fields: readonly string[];
}

const WORDINGS: Readonly<Record<string, Wording>> = {
  'team.formed': { level: 'info', message: 'team formed', fields: ['machine', 'depth', 'package'] },
  'team.forked': { level: 'info', message: 'team forked', fields: ['origin'] },
  'team.upgraded': { level: 'info', message: 'team upgraded', fields: ['before', 'now'] },
  'team.dissolved': { level: 'info', message: 'team dissolved', fields: ['status'] },
  'team.stopped': { level: 'error', message: 'team stopped', fields: ['reason'] },
  'team.paused': { level: 'info', message: 'team paused', fields: ['by'] },
  'team.continued': { level: 'info', message: 'team continued', fields: ['by'] },
  'team.stopRequested': { level: 'info', message: 'team asked to stop', fields: ['by'] },
  'work.delayed': {
    level: 'info',
    message: 'work waits',
    fields: ['work', 'src', 'until', 'reason'],
  },
  'work.lapsed': {
    level: 'warn',
    message: 'work was left unsettled by a crash',
    fields: ['work', 'src', 'attempt'],
  },
  'work.refused': { level: 'warn', message: 'work refused', fields: ['work', 'src', 'limit'] },
  'limit.neared': {
    level: 'warn',
    message: 'limit near',
    fields: ['limit', 'used', 'of', 'actor'],
  },
  'budget.breached': {
    level: 'error',
    message: 'budget breached',
    fields: ['work', 'reserved', 'reported'],
  },
  'origin.refused': {
    level: 'warn',
    message: 'something in the inbox could not be read',
    fields: [],
  },
  'seat.lost': { level: 'warn', message: 'seat lost', fields: ['agent'] },
  'seat.refilled': { level: 'info', message: 'seat refilled', fields: ['agent', 'incarnation'] },
};

/** Kinds of failures whose message is the transport's or ours. */
const SPOKEN: ReadonlySet<string> = new Set([
  'authentication',
  'circuitOpen',
  'overloaded',
  'rateLimited',
  'timedOut',
  'transient',
]);

/** `process`: how leaders of this process name themselves. */
export function logLineOf(
  { type, stream, revision, data, meta }: RawEvent,
  process: string,
): LogLine | undefined {
  const told: EventMeta = JSON.parse(meta);
  const line = worded(type, JSON.parse(data), process);
  if (!line) return undefined;
  const team = stream.slice('team-'.length);
  const work = told.work === undefined ? {} : { work: told.work };
  return { ...line, fields: { team, revision, ...work, ...line.fields } };
}

function worded(type: string, data: JsonObject, process: string): LogLine | undefined {
  if (type === 'leader.took') return took(data, process);
  if (type === 'work.started') {
    const fields = pick(data, ['work', 'src', 'attempt']);
    return data['attempt'] === 1
      ? undefined
      : { level: 'info', message: 'work begun again', fields };
  }
  if (type.endsWith('.failed')) return failed(type, data);
  const wording = WORDINGS[type];
  if (!wording) return undefined;
  const gone = type === 'team.dissolved' && data['status'] === 'failed';
  return {
    level: gone ? 'error' : wording.level,
    message: wording.message,
    fields: pick(data, wording.fields),
  };
}

function took(data: JsonObject, process: string): LogLine {
  const isOurs = String(data['leader']).startsWith(process);
  const fields = pick(data, ['epoch', 'leader', 'downMs']);
  return isOurs
    ? { level: 'info', message: 'leadership taken', fields }
    : { level: 'warn', message: 'leadership lost', fields };
}

function failed(type: string, data: JsonObject): LogLine {
  const fields = pick(data, ['kind', 'retryAfterMs', 'latencyMs']);
  const isSpoken = type === 'model.failed' && SPOKEN.has(String(data['kind']));
  return {
    level: 'warn',
    message: `${type.slice(0, type.indexOf('.'))} failed`,
    fields: isSpoken ? { ...fields, ...pick(data, ['message'], 'detail') } : fields,
  };
}

function pick(data: JsonObject, names: readonly string[], as?: string): LogFields {
  return Object.fromEntries(
    names.filter((name) => data[name] !== undefined).map((name) => [as ?? name, data[name]]),
  );
}

/** What of an error is for a log: its kind and its first line. */
export function fieldsOfError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const { name, message } = error;
  const { code, kind } = error as Error & { code?: string; kind?: string };
  return {
    error: name,
    ...(code === undefined ? {} : { code }),
    ...(kind === undefined ? {} : { kind }),
    detail: message.split('\n', 1)[0],
  };
}
