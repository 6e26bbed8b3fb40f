/** `horde methodologies`: the ways of going about work there are; with a name, the text of one. */
import { BadUsage } from '../bad-usage.ts';
import { type CatalogOptions, openCatalog, unknownName } from '../catalog-option.ts';
import { createOutput, harmless, oneLine, table } from '../output.ts';

export async function methodologies(
  name: string | undefined,
  options: CatalogOptions & { json?: boolean },
): Promise<number> {
  const output = createOutput(options.json ?? false);
  const catalog = openCatalog(options, output);
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
