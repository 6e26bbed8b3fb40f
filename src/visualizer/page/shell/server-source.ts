/**
 * Teams from the server that the page came from.
 *
 * Invariants
 * 1. The token stands in the address only until it has been read; it is kept for this tab, and sent with what changes
 *    something, and with nothing else but the question whether it is the right one.
 * 2. A connection that is lost is tried again, from where it stood, until it is closed; whoever listens is told.
 */
import type { TeamLine } from '../../../projections/teams/teams.ts';
import type { About, ForkAsked, ForkMade, Refusal, ShownEvent } from '../../shared/wire.ts';
import type { Horde, Source, TeamListener } from './team-source.ts';

const TOKEN_KEY = 'horde-token';
/** The browser comes back by itself after most failures; after the others we do. */
const COME_BACK_MS = 1500;

/** Asks the server who it is. */
export async function openServer(): Promise<Source> {
  const token = takeToken();
  const about = await ask<About>('api/about', authorized(token));
  return { horde: hordeAt(token, about) };
}

/** `#token=…`, and perhaps a route after it. */
function takeToken(): string {
  const [, token, rest = ''] = /^#token=([\w-]+)(\/.*)?$/.exec(location.hash) ?? [];
  if (token === undefined) return sessionStorage.getItem(TOKEN_KEY) ?? '';
  sessionStorage.setItem(TOKEN_KEY, token);
  history.replaceState(null, '', `${location.pathname}${rest === '' ? '' : `#${rest}`}`);
  return token;
}

const hordeAt = (token: string, about: About): Horde => ({
  about,
  isLive: true,
  mayChange: about.mayChange,
  events: (team, from) => eventLines(`${pathOf(team)}/events?from=${from}`),
  listen,
  event: (team, revision) => ask(`${pathOf(team)}/events/${revision}`),
  prompt: async (team, revision) =>
    (await ask<never>(`${pathOf(team)}/prompt/${revision}`)) ?? undefined,
  chart: (machine) => askOrNothing(`api/charts/${encodeURIComponent(machine)}`),
  report: (team) => ask(`${pathOf(team)}/report`),
  teams: () => ask('api/teams'),
  listenToTeams,
  compare: (a, b) => ask(`api/compare?${new URLSearchParams({ a, b })}`),
  whatIf: (team, { tokens, usd }) => {
    const query = new URLSearchParams();
    if (tokens !== undefined) query.set('tokens', String(tokens));
    if (usd !== undefined) query.set('usd', String(usd));
    return ask(`${pathOf(team)}/what-if?${query}`);
  },
  fork: (team, asked: ForkAsked): Promise<ForkMade> => send(`${pathOf(team)}/fork`, token, asked),
  stop: (team, reason) => send(`${pathOf(team)}/stop`, token, { reason }),
  pause: (team) => send(`${pathOf(team)}/pause`, token, {}),
  goOn: (team) => send(`${pathOf(team)}/continue`, token, {}),
  tell: (team, agent, text) => send(`${pathOf(team)}/tell`, token, { to: agent, text }),
  exportUrl: (team) => `${pathOf(team)}/export.html`,
});

const pathOf = (team: string): string => `api/teams/${encodeURIComponent(team)}`;

const authorized = (token: string, headers: Record<string, string> = {}): RequestInit => ({
  headers: { ...headers, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
});

async function request(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(path, init).catch(() => {
    throw new Error('the server does not answer: is "horde ui" still running?');
  });
  return response;
}

/** The answer, or an error with the server's own words. */
async function ask<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  const response = await request(path, init);
  if (!response.ok) throw new Error(await refusalOf(response));
  return response.json();
}

/** Asks for a change. */
const send = <Answer>(path: string, token: string, body: object): Promise<Answer> =>
  ask(path, {
    ...authorized(token, { 'content-type': 'application/json' }),
    method: 'POST',
    body: JSON.stringify(body),
  });

/** What is not there is undefined. */
async function askOrNothing<Answer>(path: string): Promise<Answer | undefined> {
  const response = await request(path);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(await refusalOf(response));
  return response.json();
}

async function refusalOf(response: Response): Promise<string> {
  const told: Refusal | undefined = await response.json().catch(() => undefined);
  return told?.error ?? `the server answered ${response.status}`;
}

/** Lines of JSON, in batches as they come. A line `{error}` ends them. */
async function* eventLines(path: string): AsyncGenerator<ShownEvent[]> {
  const response = await request(path);
  if (!response.ok) throw new Error(await refusalOf(response));
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      const events = lines.map(eventIn);
      if (events.length > 0) yield events;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Throws with the server's words when the line is a refusal. */
function eventIn(line: string): ShownEvent {
  const told: ShownEvent | Refusal = JSON.parse(line);
  if ('error' in told) throw new Error(told.error);
  return told;
}

function listen(team: string, after: number, listener: TeamListener): { close(): void } {
  let known = after;
  return flow(() => `${pathOf(team)}/live?after=${known}`, listener.onConnection, {
    events: (text) => {
      const events: ShownEvent[] = JSON.parse(text);
      known = Math.max(known, events.at(-1)?.revision ?? known);
      listener.onEvents(events);
    },
    spoken: (text) => listener.onSpoken(JSON.parse(text)),
  });
}

function listenToTeams(onTeams: (lines: readonly TeamLine[]) => void): { close(): void } {
  const lines = new Map<string, TeamLine>();
  return flow(() => 'api/teams/live', undefined, {
    teams: (text) => {
      const told: TeamLine[] = JSON.parse(text);
      for (const line of told) lines.set(line.team, line);
      onTeams([...lines.values()].sort((a, b) => b.startedAt - a.startedAt));
    },
  });
}

/** Server-sent events by name, for as long as it is not closed. */
function flow(
  path: () => string,
  onConnection: ((isThere: boolean) => void) | undefined,
  on: Readonly<Record<string, (text: string) => void>>,
): { close(): void } {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource(path());
    source.onopen = () => onConnection?.(true);
    source.onerror = () => {
      onConnection?.(false);
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, COME_BACK_MS);
    };
    for (const [name, hear] of Object.entries(on))
      source.addEventListener(name, ({ data }: MessageEvent<string>) => hear(data));
  };
  open();
  return {
    close: () => {
      clearTimeout(timer);
      source.close();
    },
  };
}
