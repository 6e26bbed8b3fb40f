/**
 * What a page may change: a fork, and a word to a team. Words go to the team's inbox, as from any other process; a
 * fork is made by hands that whoever starts the server lends.
 *
 * Invariant: what is asked is checked before anything is written.
 */
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Runtime } from '../../actors/runtime.ts';
import type { TeamId } from '../../events/ids.ts';
import type { ForkAsked, ForkMade } from '../shared/wire.ts';
import { Refused } from './refusal.ts';
import type { TeamReading } from './team-reading.ts';

/** What needs more than a runtime that reads. */
export interface Hands {
  /** Makes a fork, and leads it when it can. Throws `Refused` or `ForkRefused` when it cannot be. */
  fork(team: TeamId, asked: ForkAsked): Promise<ForkMade>;
}

/** Words of a person, at most. */
const TEXT_MAX = 20_000;
const REASON_MAX = 400;

const forkAsked = z.strictObject({
  at: z.int().nonnegative(),
  model: z.string().min(1).max(200).optional(),
  rounds: z.int().min(1).max(1000).optional(),
  budgetTokens: z.int().positive().optional(),
  budgetUsd: z.number().positive().optional(),
  answer: z
    .strictObject({ actor: z.string().min(1).max(100).optional(), text: z.string().min(1) })
    .optional(),
});
const stopAsked = z.strictObject({ reason: z.string().max(REASON_MAX).optional() });
const told = z.strictObject({
  to: z.string().min(1).max(100),
  text: z.string().trim().min(1).max(TEXT_MAX),
});
const nothing = z.strictObject({});

export function steeringRoutes(reading: TeamReading, hands: Hands | undefined): Hono {
  const { runtime } = reading;
  const routes = new Hono();
  routes.post('/teams/:team/fork', async (context) => {
    const team = await teamOf(reading, context);
    const asked = await bodyOf(context, forkAsked);
    if (!hands) throw new Refused(403, 'this server makes no forks: use "horde fork" instead');
    return context.json(await hands.fork(team, asked));
  });
  routes.post('/teams/:team/stop', async (context) => {
    const team = await teamOf(reading, context);
    const { reason } = await bodyOf(context, stopAsked);
    await runtime.team(team).stop(...(reason ? [reason] : []));
    return context.json({ said: 'team.stopRequested' });
  });
  routes.post('/teams/:team/pause', async (context) => {
    const team = await teamOf(reading, context);
    await bodyOf(context, nothing);
    await runtime.team(team).pause();
    return context.json({ said: 'team.paused' });
  });
  routes.post('/teams/:team/continue', async (context) => {
    const team = await teamOf(reading, context);
    await bodyOf(context, nothing);
    await runtime.team(team).continue();
    return context.json({ said: 'team.continued' });
  });
  routes.post('/teams/:team/tell', async (context) => {
    const team = await teamOf(reading, context);
    const { to, text } = await bodyOf(context, told);
    await checkAgent(runtime, team, to);
    await runtime.team(team).send({ type: 'message.told', by: 'person', text }, { to: [to] });
    return context.json({ said: 'message.told' });
  });
  return routes;
}

const teamOf = (reading: TeamReading, { req }: Context): Promise<TeamId> =>
  reading.known(req.param('team') ?? '');

async function bodyOf<Schema extends z.ZodType>(
  { req }: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const body = await req.json().catch(() => {
    throw new Refused(400, 'what was sent is not JSON');
  });
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new Refused(400, `${path.join('.') || 'what was sent'}: ${message}`);
}

async function checkAgent(runtime: Runtime, team: TeamId, name: string): Promise<void> {
  const { actors } = await runtime.team(team).state();
  const agents = [...actors.values()].filter(
    ({ machine, status }) => machine.name === 'agent' && status === 'active',
  );
  if (agents.some(({ id }) => id === name)) return;
  const names = agents.map(({ id }) => id).join(', ') || 'none at work';
  throw new Refused(404, `team ${team} has no agent "${name}"; there are: ${names}`);
}
