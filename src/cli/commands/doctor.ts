/** `horde doctor`: checks what a run needs, and says how to mend each. Changes nothing. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { openStore } from '../../events/stores/open-store.ts';
import { defaultModel, reach, waysToModel } from '../../hands/model/providers.ts';
import type { Command, CommandCall } from '../command.ts';
import { pricesOf } from '../model-access.ts';
import type { ReadingOptions } from '../reading.ts';
import type { Shell } from '../shell.ts';
import { absoluteUrl, storePath, storeUrl } from '../store-option.ts';

interface Finding {
  check: string;
  ok: boolean;
  detail: string;
  remedy: string;
}

const DISK_MIN_BYTES = 200 * 1024 * 1024;

export default { options: [], action: doctor } satisfies Command<[], ReadingOptions>;

async function doctor({
  shell,
  output,
  options,
}: CommandCall<[], ReadingOptions>): Promise<number> {
  const url = storeUrl(shell, options.store);
  const findings = [node(), await store(shell, url), model(shell), prices(shell), disk(shell, url)];
  output.result(
    () =>
      findings
        .map(
          ({ check, ok, detail, remedy }) =>
            `${ok ? output.paint.green('ok  ') : output.paint.red('BAD ')} ${check.padEnd(8)} ${detail}${ok ? '' : `\n              ${remedy}`}`,
        )
        .join('\n'),
    () => findings,
  );
  return findings.every(({ ok, check }) => ok || check === 'model') ? 0 : 1;
}

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    check: 'node',
    ok,
    detail: `Node ${process.versions.node}`,
    remedy: 'install Node 20.19 or newer',
  };
}

async function store(shell: Shell, url: string): Promise<Finding> {
  const path = storePath(shell, url);
  const check = 'store';
  if (path && !existsSync(path)) {
    return { check, ok: true, detail: `${path} will be made by the first run`, remedy: '' };
  }
  try {
    const opened = await openStore(absoluteUrl(shell, url));
    const teams = await opened.streams('team-');
    await opened.close();
    return { check, ok: true, detail: `${opened.url}, ${teams.length} teams`, remedy: '' };
  } catch (error) {
    return {
      check,
      ok: false,
      detail: (error as Error).message.split('\n', 1)[0]!,
      remedy: 'name another store with --store, or move this file away',
    };
  }
}

function model({ env }: Shell): Finding {
  const access = reach({ env, labels: {} });
  const model = access?.provider.defaultModel ?? defaultModel;
  return {
    check: 'model',
    ok: access !== undefined && !access.problem,
    detail: access ? `${access.detail}; default model ${model}` : 'no key is set',
    remedy: access?.problem ?? waysToModel(),
  };
}

function prices(shell: Shell): Finding {
  const file = shell.env['HORDE_PRICES'];
  const check = 'prices';
  try {
    const table = pricesOf(shell);
    const count = Object.keys(table.models).length;
    const known = table.of(defaultModel) !== undefined;
    return {
      check,
      ok: known,
      detail: `${count} models${file ? ` from ${file}` : ''}${known ? '' : `, and none named ${defaultModel}`}`,
      remedy: `add ${defaultModel} to the price table`,
    };
  } catch (error) {
    return {
      check,
      ok: false,
      detail: (error as Error).message,
      remedy: 'mend the file named by HORDE_PRICES',
    };
  }
}

function disk(shell: Shell, url: string): Finding {
  const path = storePath(shell, url);
  let folder = path ? dirname(path) : shell.cwd;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const enough = free >= DISK_MIN_BYTES;
  const detail = `${Math.round(free / 1024 / 1024)} MiB free at ${folder}`;
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return {
      check: 'disk',
      ok: false,
      detail: `${folder} cannot be written`,
      remedy: 'name a store elsewhere with --store',
    };
  }
  return {
    check: 'disk',
    ok: enough,
    detail,
    remedy: 'make room, or name a store elsewhere with --store',
  };
}
