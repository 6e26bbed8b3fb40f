/** `horde methodologies`: the ways of going about work there are; with a name, the text of one. */

import { BadUsage } from '../bad-usage.ts';
import { type CatalogOptions, openCatalog, unknownName } from '../catalog-option.ts';
import type { Command, CommandCall } from '../command.ts';
import { CATALOG, WORKSPACE } from '../options.ts';
import { harmless, oneLine, table } from '../terminal-text.ts';

type MethodologiesCall = CommandCall<[name: string | undefined], CatalogOptions>;

export default {
  options: [CATALOG, WORKSPACE],
  action: methodologies,
} satisfies Command<MethodologiesCall['words'], CatalogOptions>;

async function methodologies(call: MethodologiesCall): Promise<number> {
  const {
    output,
    words: [name],
  } = call;
  const catalog = openCatalog(call, call.options);
  if (name === undefined) {
    const all = [...catalog.methodologies.values()];
    output.result(
      () => harmless(table(all.map((one) => [one.name, oneLine(one.description, 100)]))),
      () => all.map(({ text: _, ...rest }) => rest),
    );
    return 0;
  }
  const one = catalog.methodology(name);
  if (!one) throw new BadUsage(unknownName('methodology', name, catalog.methodologies));
  output.result(
    () => harmless(`${one.name}: ${one.description}\n\n${one.text}\n\n${one.source}`),
    () => [one],
  );
  return 0;
}
