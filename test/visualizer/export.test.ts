/** A team in one file: all that is recorded, charts, prompts and report, and nothing that could break out of it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createRuntime } from '../../src/actors/runtime.ts';
import type { RecordedEvent } from '../../src/events/event.ts';
import { openMemoryStore } from '../../src/events/stores/memory-store.ts';
import { reportOf } from '../../src/projections/report/report.ts';
import { openFile } from '../../src/visualizer/page/shell/file-source.ts';
import type { TeamSource } from '../../src/visualizer/page/shell/team-source.ts';
import { exportedFile } from '../../src/visualizer/server/exported-file.ts';
import { TeamReading } from '../../src/visualizer/server/team-reading.ts';
import { shownEvent, wholeEvent } from '../../src/visualizer/shared/shown-event.ts';
import type { ChartDrawing, ExportedTeam, ShownEvent } from '../../src/visualizer/shared/wire.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';
import { appendTo, ownEvent, served } from './served.ts';

const PAGE = {
  script: 'const end = "</script>", begin = "<!--" + (1 < 2); document.title += end + begin;',
  style: '/* </style> */ body { margin: 0 }',
};

let stage: Rehearsed;
let events: RecordedEvent[];
beforeAll(async () => {
  stage = await rehearse({ seed: 7, failureRate: 0.1 });
  await stage.run('demo', { pattern: 'contract-first-negotiation', seed: 1 });
  events = await stage.events('demo');
});
afterAll(() => stage.close());

const chart = async (machine: string): Promise<ChartDrawing> => ({
  machine,
  width: 1,
  height: 1,
  nodes: [],
  edges: [],
});

async function fileOf(team: string, reading = new TeamReading(stage.runtime)): Promise<string> {
  let text = '';
  const site = { reading, chart, now: () => 1_700_000_000_000 };
  for await (const part of exportedFile(await reading.known(team), site, PAGE)) text += part;
  return text;
}

/** What a browser takes for the elements of the file. */
const elementsOf = (file: string, name: string): { attributes: string; text: string }[] =>
  [...file.matchAll(new RegExp(`<${name}([^>]*)>([\\s\\S]*?)</${name}`, 'gi'))].map(
    ([, attributes, text]) => ({ attributes: attributes!, text: text! }),
  );

const jsonOf = (file: string): string =>
  elementsOf(file, 'script').find(({ attributes }) => attributes.includes('application/json'))!
    .text;

function opened(file: string): TeamSource {
  const source = openFile(jsonOf(file));
  if (!('file' in source)) throw new Error('it is no file');
  return source.file;
}

async function all(source: TeamSource, from = 0): Promise<ShownEvent[]> {
  const found: ShownEvent[] = [];
  for await (const batch of source.events('demo', from)) found.push(...batch);
  return found;
}

describe('an exported file', () => {
  it('holds every event whole, and the chart of every machine that was in the team', async () => {
    const { charts, ...told } = JSON.parse(jsonOf(await fileOf('demo'))) as ExportedTeam;
    expect(told.events).toEqual(events.map(wholeEvent));
    expect(told).toMatchObject({ format: 1, team: 'demo', exportedAt: 1_700_000_000_000 });
    expect(Object.keys(charts).sort()).toEqual(['agent', 'contract-first-negotiation', 'team']);
  });

  it('shows what a server shows: events, prompts and report', async () => {
    const source = opened(await fileOf('demo'));
    expect(await all(source)).toEqual(events.map(shownEvent));
    expect(await all(source, 30)).toEqual(events.slice(30).map(shownEvent));
    expect(await source.event('demo', 4)).toEqual(wholeEvent(events[4]!));
    await expect(source.event('demo', events.length)).rejects.toThrow(/has no revision/);
    let compared = 0;
    for (const { revision, type, data } of events) {
      if (!type.startsWith('model.') || data['requestHash'] === undefined) continue;
      const prompt = await source.prompt('demo', revision);
      expect([revision, prompt?.hash]).toEqual([revision, data['requestHash']]);
      compared++;
    }
    expect(compared).toBeGreaterThan(3);
    expect(await source.prompt('demo', 0)).toBeUndefined();
    expect(await source.report('demo')).toEqual(reportOf(events));
    expect(await source.chart('agent')).toMatchObject({ machine: 'agent' });
    expect(await source.chart('constructor')).toBeUndefined();
    expect([source.isLive, source.mayChange]).toEqual([false, false]);
  });

  it('allows its own script and style by their hashes, and nothing else', async () => {
    const file = await fileOf('demo');
    const policy = /http-equiv="content-security-policy" content="([^"]*)"/.exec(file)![1]!;
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const scripts = elementsOf(file, 'script').filter(
      ({ attributes }) => !attributes.includes('json'),
    );
    const styles = elementsOf(file, 'style');
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    expect(policy).toContain(`script-src ${hash(scripts[0]!.text)};`);
    expect(policy).toContain(`style-src ${hash(styles[0]!.text)};`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(file).not.toMatch(/\b(src|href)="(?!data:)/);
    const document = { title: '' };
    new Function('document', scripts[0]!.text)(document);
    expect(document.title).toBe('</script><!--true');
  });

  it('cannot be left by what agents wrote', async () => {
    const store = await openMemoryStore();
    onTestFinished(() => store.close());
    const hostile = [
      '</script><script>alert(1)</script>',
      '<!--<script>',
      ']]><img src=x onerror=alert(1)>',
      'lines\u2028and\u2029more',
      '\u0000\ud800 \u202e',
    ];
    await appendTo(
      store,
      'evil',
      hostile.map((text) => ownEvent('note.made', { text })),
      -1,
    );
    const file = await fileOf('evil', new TeamReading(createRuntime({ store })));
    const text = jsonOf(file);
    expect(text).not.toMatch(/[<\u2028\u2029]/);
    const told = JSON.parse(text) as ExportedTeam;
    expect(told.events.map(({ data }) => data['text'])).toEqual(hostile);
    expect(elementsOf(file, 'script').length).toBe(2);
  });

  it('that is damaged, or of another format, says so', () => {
    expect(() => openFile('{"format":1,"team"')).toThrow(/this file is damaged/);
    expect(() => openFile('{"format":2}')).toThrow(/format 2, which this page does not know/);
  });

  it('comes from the server as a file to keep, which the browser does not open here', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'horde-page-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const document = '<!doctype html><script type="module" src="./page.js"></script>';
    writeFileSync(join(folder, 'index.html'), document);
    writeFileSync(join(folder, 'page.js'), PAGE.script);
    writeFileSync(join(folder, 'page.css'), PAGE.style);
    const page = pathToFileURL(`${folder}/`);
    const { get } = await served({ runtime: stage.runtime, page });
    const response = await get('/api/teams/demo/export.html');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="demo.html"');
    const { events: told, charts } = JSON.parse(jsonOf(await response.text())) as ExportedTeam;
    expect(told).toEqual(events.map(wholeEvent));
    expect(charts['agent']!.nodes.length).toBeGreaterThan(3);
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/page.js', 'text/javascript'],
      ['/page.css', 'text/css'],
    ])
      expect((await get(path!)).headers.get('content-type')).toContain(type);
    expect(await (await get('/')).text()).toBe(document);
  });
});
