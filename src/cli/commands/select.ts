/** `horde select`: which pattern, which roster, which methodologies, and why. Spends nothing. */
import { recommend } from '../../planning/recommend.ts';
import { BadUsage } from '../bad-usage.ts';
import { agentsByRole, type CatalogOptions, openCatalog } from '../catalog-option.ts';
import { createOutput, harmless } from '../output.ts';
import { requestOf } from '../request.ts';
import { selectionText } from '../selection-text.ts';

export interface SelectOptions extends CatalogOptions {
  json?: boolean;
  file?: string[];
  agent?: string[];
  rounds?: number;
}

export async function select(words: string[], options: SelectOptions): Promise<number> {
  const output = createOutput(options.json ?? false);
  const { request } = requestOf(words, options.file ?? []);
  const catalog = openCatalog(options, output);
  const agents = agentsByRole(options.agent ?? [], catalog);
  try {
    const { rounds } = options;
    const offer = { agents, ...(rounds === undefined ? {} : { limits: { rounds } }) };
    const selection = await recommend(request, catalog, offer);
    output.result(
      () => harmless(selectionText(selection)),
      () => selection,
    );
    return 0;
  } catch (error) {
    if (error instanceof RangeError) throw new BadUsage(error.message);
    throw error;
  }
}
