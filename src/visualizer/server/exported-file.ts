/**
 * A team as one file of HTML that needs nothing else: the page, and all that is recorded of the team as JSON in it.
 *
 * Invariants
 * 1. What agents wrote stands in the file as JSON in which no `<` is left: it cannot end its element.
 * 2. The file allows its own script and style, by their hashes, and nothing else; it speaks to nobody.
 * 3. It is made part by part: a long team is never held as one text.
 */
import { createHash } from 'node:crypto';
import type { TeamId } from '../../events/ids.ts';
import { packageVersion } from '../../package.ts';
import {
  type ChartDrawing,
  EXPORT_ELEMENT,
  type ExportedTeam,
  type ShownEvent,
} from '../shared/wire.ts';
import type { PageFiles } from './page-files.ts';
import type { TeamReading } from './team-reading.ts';

interface ExportSource {
  reading: TeamReading;
  /** Undefined for a machine that is not known here. */
  chart(machine: string): Promise<ChartDrawing | undefined>;
  now(): number;
  /** Told how many events have come into the file. */
  onEvents?(count: number): void;
}

/** The file, in parts. */
export async function* exportedFile(
  team: TeamId,
  { reading, chart, now, onEvents }: ExportSource,
  { script, style }: Pick<PageFiles, 'script' | 'style'>,
): AsyncGenerator<string> {
  const code = withoutEnd(script, 'script');
  const look = withoutEnd(style, 'style');
  yield head(team, code, look);
  const about: Omit<ExportedTeam, 'events' | 'charts'> = {
    format: 1,
    team,
    exportedAt: now(),
    version: packageVersion,
  };
  yield `${json(about).slice(0, -1)},"events":[`;
  const machines = new Set<string>();
  let separator = '';
  for await (const events of reading.whole(team)) {
    for (const event of events) noteMachine(machines, event);
    onEvents?.(events.length);
    yield separator + json(events).slice(1, -1);
    separator = ',\n';
  }
  yield `],"charts":${json(await chartsOf(machines, chart))}}`;
  yield `</script>\n<script type="module">${code}</script>\n</body>\n</html>\n`;
}

function head(team: string, code: string, look: string): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(code)}`,
    `style-src ${hashOf(look)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${team} - Golden Horde</title>
<link rel="icon" href="data:,">
<style>${look}</style>
</head>
<body>
<div id="page"></div>
<script type="application/json" id="${EXPORT_ELEMENT}">`;
}

/** Every actor that ever was in the team has a machine. */
function noteMachine(machines: Set<string>, { type, data }: ShownEvent): void {
  const { machine } = data;
  if (/^(team\.formed|agent\.joined|actor\.joined)$/.test(type) && typeof machine === 'string')
    machines.add(machine);
}

async function chartsOf(machines: ReadonlySet<string>, chart: ExportSource['chart']) {
  const charts: ExportedTeam['charts'] = {};
  for (const machine of machines) {
    const drawing = await chart(machine);
    if (drawing) charts[machine] = drawing;
  }
  return charts;
}

const ESCAPED = /[<\u2028\u2029]/g;

const json = (value: unknown): string =>
  JSON.stringify(value).replace(
    ESCAPED,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A script or style in which nothing looks like the end of its element, or like the beginning of a comment. */
const withoutEnd = (text: string, element: 'script' | 'style'): string =>
  element === 'style'
    ? text.replaceAll(/<\/(?=style)/gi, '<\\/')
    : text.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '\\x3c!--');

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
