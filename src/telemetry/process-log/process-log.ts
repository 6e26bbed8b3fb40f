/**
 * What a process has to say of its own running, for whoever operates it: leadership, waiting, failures, the store,
 * the collector. One JSON object a line, by pino, on standard error or in a file; not the event log, which is the
 * team's. It listens to the streams of the teams that are led here and is told what no stream says.
 *
 * Invariants
 * 1. Without `HORDE_LOG` nothing is written, and pino is not loaded.
 * 2. No text of a prompt, an answer or a tool is in it, and no secret: what is told of an event is picked by name,
 *    a failure's message only where it is the transport's, and every text is scrubbed.
 */
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { TeamTree } from '../../actors/children/team-tree.ts';
import type { RawEvent } from '../../events/event.ts';
import type { StreamName, TeamId } from '../../events/ids.ts';
import { type EventStore, pages, type Subscription } from '../../events/store.ts';
import { scrub } from '../../hands/model/secrets.ts';
import {
  fieldsOfError,
  LEVELS,
  type Level,
  type LogFields,
  logLineOf,
  TOLD_TYPES,
} from './log-line.ts';
import { watchedStore } from './watched-store.ts';

export interface ProcessLog {
  tell(level: Level, message: string, fields?: LogFields): void;
  /** Tells what happens to a team, and to its child teams, from the moment at which it was last taken. */
  follow(store: EventStore, team: TeamId): Following;
  /** The same store; its failures are told. */
  watched(store: EventStore): EventStore;
}

export interface Following {
  /** Tells what has been recorded up to now, and no more. */
  end(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `HORDE_LOG=level[:file]`; undefined when it is not set. Throws a RangeError when it says neither. */
export async function openProcessLog(
  env: Environment = process.env,
  onTrouble: (error: Error) => void = () => {},
): Promise<ProcessLog | undefined> {
  const wanted = env['HORDE_LOG'];
  if (!wanted || wanted === 'silent') return undefined;
  const at = wanted.indexOf(':');
  const level = at < 0 ? wanted : wanted.slice(0, at);
  if (!(LEVELS as readonly string[]).includes(level))
    throw new RangeError(
      `HORDE_LOG=${wanted}: give a level (${LEVELS.join(', ')}), and a file if it is not for standard error: info:horde.log`,
    );
  return new PinoLog(
    await openPino(level, at < 0 ? undefined : wanted.slice(at + 1), env, onTrouble),
  );
}

async function openPino(
  level: string,
  file: string | undefined,
  env: Environment,
  onTrouble: (error: Error) => void,
) {
  const { pino } = await import('pino');
  // Written at once: a line that explains an end must not be lost by it.
  const destination = pino.destination({
    dest: file ?? 2,
    sync: true,
    append: true,
    mkdir: true,
    mode: 0o600,
  });
  destination.on('error', onTrouble);
  const secrets = secretsOf(env);
  const clean = (value: unknown) => (typeof value === 'string' ? scrub(value, secrets) : value);
  return pino(
    {
      level,
      base: { pid: process.pid, host: hostname() },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS, censor: '[secret]' },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, clean(value)])),
      },
    },
    destination,
  );
}

const SECRET_FIELDS = ['authorization', 'headers', 'apiKey', 'password', 'token', 'secret'].flatMap(
  (name) => [name, `*.${name}`],
);
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|HEADERS/;
/** Anything shorter would be found in harmless words. */
const SECRET_MIN = 6;

function secretsOf(env: Environment): string[] {
  return Object.entries(env)
    .filter(([name]) => SECRET_NAME.test(name))
    .flatMap(([, value = '']) => [value, ...value.split(/[,=\s]|%20/)])
    .filter((value) => value.length >= SECRET_MIN)
    .sort((a, b) => b.length - a.length);
}

class PinoLog implements ProcessLog {
  constructor(private readonly logger: Logger) {}

  tell(level: Level, message: string, fields: LogFields = {}): void {
    this.logger[level](fields, message);
  }

  watched(store: EventStore): EventStore {
    return watchedStore(store, (level, message, fields) => this.tell(level, message, fields));
  }

  follow(store: EventStore, team: TeamId): Following {
    const family = new TeamTree(store, team);
    /** What has been heard of each stream is not heard again. */
    const next = new Map<string, number>();
    let subscription: Subscription | undefined;
    let ended = false;
    const hear = (events: readonly RawEvent[]) => {
      for (const event of events) {
        if (!family.holds(event) || event.revision < (next.get(event.stream) ?? 0)) continue;
        next.set(event.stream, event.revision + 1);
        if (TOLD_TYPES.test(event.type)) this.hear(event);
      }
    };
    const onError = (error: Error) =>
      this.tell('error', 'the log cannot follow the team', { team, ...fieldsOfError(error) });
    const listen = async () => {
      const took = await lastTaken(store, family.root);
      await family.find();
      next.set(family.root, took?.revision ?? 0);
      const after = took ? took.position - 1 : -1;
      const { prefix } = family;
      if (!ended) subscription = store.subscribe({ prefix, after, onEvents: hear, onError });
    };
    const listening = listen().catch(onError);
    const rest = async () => {
      for (const [stream, from] of next)
        for await (const page of pages(store, stream as StreamName, from)) hear(page);
    };
    return {
      async end() {
        ended = true;
        await listening;
        subscription?.close();
        await rest().catch(onError);
      },
    };
  }

  private hear(event: RawEvent): void {
    const line = logLineOf(event, PROCESS);
    if (line) this.tell(line.level, line.message, line.fields);
  }
}

/** How the leaders of this process name themselves begins so. */
const PROCESS = `${hostname()}:${process.pid}:`;
const LOOK_BACK = 64;

/** How the team was last taken; undefined for one that nobody has taken. */
async function lastTaken(store: EventStore, stream: StreamName): Promise<RawEvent | undefined> {
  for (let from = await store.head(stream); from >= 0; from -= LOOK_BACK) {
    const page = await store.read(stream, { from, direction: 'backward', limit: LOOK_BACK });
    const took = page.find(({ type }) => type === 'leader.took');
    if (took) return took;
  }
  return undefined;
}
