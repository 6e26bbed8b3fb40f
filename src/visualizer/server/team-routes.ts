/** What a page reads, by address. Teams are named in the path; what is not there is answered by 404 and one line. */

import { Hono } from 'hono';
import { type WhatIf, whatIf } from '../../actors/what-if.ts';
import type { Workers } from '../../actors/worker.ts';
import type { RecordedEvent } from '../../events/event.ts';
import type { TeamId } from '../../events/ids.ts';
import { labelsIn } from '../../events/words/labels.ts';
import { compareTeams } from '../../projections/comparison/team-comparison.ts';
import type { ChartDrawing } from '../shared/wire.ts';
import { eventFlow, fileFlow, lineFlow } from './event-flow.ts';
import { exportedFile } from './exported-file.ts';
import type { Live } from './live.ts';
import type { PageFiles } from './page-files.ts';
import { Refused, wholeNumberAsked } from './refusal.ts';
import type { TeamLines } from './team-lines.ts';
import type { TeamReading } from './team-reading.ts';

interface RouteSite {
  reading: TeamReading;
  live: Live;
  lines: TeamLines;
  chart(machine: string): Promise<ChartDrawing | undefined>;
  /** Says what a call of a team with these labels may cost at most. */
  measuring(labels: Readonly<Record<string, string>>): Workers;
  page(): Promise<PageFiles>;
}

export function teamRoutes(site: RouteSite): Hono {
  const { reading, live, lines, chart } = site;
  const routes = new Hono();
  routes.get('/charts/:machine', async (context) => {
    const name = context.req.param('machine');
    const drawing = await chart(name);
    if (!drawing) throw new Refused(404, `no machine "${name.slice(0, 100)}" is known here`);
    return context.json(drawing);
  });
  routes.get('/compare', async (context) => {
    const [a, b] = [context.req.query('a') ?? '', context.req.query('b') ?? ''];
    const both = [await reading.known(a), await reading.known(b)] as const;
    return context.json(await compareTeams(reading.runtime, ...both));
  });
  routes.get('/teams', async (context) => context.json(await lines.lines()));
  routes.get('/teams/live', (context) =>
    eventFlow(context, (write, leave) => lines.follow(write, leave)),
  );
  routes.get('/teams/:team/events', async (context) => {
    const team = await reading.known(context.req.param('team'));
    return lineFlow(
      context,
      reading.shown(team, wholeNumberAsked('from', context.req.query('from'))),
    );
  });
  routes.get('/teams/:team/live', async (context) => {
    const team = await reading.known(context.req.param('team'));
    const asked = wholeNumberAsked('after', context.req.query('after'));
    const after =
      wholeNumberAsked('Last-Event-ID', context.req.header('last-event-id')) ?? asked ?? -1;
    return eventFlow(context, (write, leave) => live.follow(team, after, write, leave));
  });
  routes.get('/teams/:team/events/:revision', async ({ req, json }) =>
    json(await reading.event(await reading.known(req.param('team')), revisionOf(req.param()))),
  );
  routes.get('/teams/:team/prompt/:revision', async ({ req, json }) => {
    const team = await reading.known(req.param('team'));
    return json((await reading.prompt(team, revisionOf(req.param()))) ?? null);
  });
  routes.get('/teams/:team/report', async ({ req, json }) =>
    json(await reading.report(await reading.known(req.param('team')))),
  );
  routes.get('/teams/:team/what-if', async ({ req, json }) =>
    json(await budgetFold(site, await reading.known(req.param('team')), req.query())),
  );
  routes.get('/teams/:team/export.html', async (context) => {
    const team = await reading.known(context.req.param('team'));
    const source = { reading, chart, now: Date.now };
    const parts = exportedFile(team, source, await site.page());
    return fileFlow(context, { name: `${team}.html`, type: 'text/html; charset=utf-8', parts });
  });
  return routes;
}

const revisionOf = ({ revision }: { revision: string }): number =>
  wholeNumberAsked('revision', revision)!;

async function budgetFold(
  { reading, measuring }: RouteSite,
  team: TeamId,
  { tokens, usd }: Record<string, string>,
): Promise<WhatIf> {
  const limits = {
    ...(tokens === undefined ? {} : { tokens: amountOf('tokens', tokens, true) }),
    ...(usd === undefined ? {} : { usd: amountOf('usd', usd, false) }),
  };
  if (Object.keys(limits).length === 0)
    throw new Refused(400, 'what if what? give tokens=N, usd=X, or both');
  const events: RecordedEvent[] = [];
  for await (const event of reading.runtime.team(team).events()) events.push(event);
  return whatIf(events, limits, {
    catalog: reading.runtime.catalog,
    workers: measuring(labelsIn(events[0]?.data)),
  });
}

function amountOf(name: string, text: string, isWhole: boolean): number {
  const value = Number(text);
  const fits = text.trim() !== '' && Number.isFinite(value) && value > 0;
  if (fits && (!isWhole || Number.isSafeInteger(value))) return value;
  throw new Refused(
    400,
    `${name}=${text.slice(0, 40)}: give a ${isWhole ? 'whole ' : ''}number above 0`,
  );
}
