/** `horde select`: which pattern, which roster, which methodologies, and why. Spends nothing. */

import { recommend } from '../../planning/recommend.ts';
import { BadUsage } from '../bad-usage.ts';
import { agentsByRole, type CatalogOptions, openCatalog } from '../catalog-option.ts';
import { type Command, type CommandCall, option, several } from '../command.ts';
import { wholeNumber } from '../numbers.ts';
import { CATALOG, WORKSPACE } from '../options.ts';
import { requestOf } from '../request.ts';
import { selectionText } from '../selection-text.ts';
import { harmless } from '../terminal-text.ts';

export interface SelectOptions extends CatalogOptions {
  file?: string[];
  agent?: string[];
  rounds?: number;
}

type SelectCall = CommandCall<[request: string[]], SelectOptions>;

export default {
  options: [
    several('--file <path>', 'take the request from a file (- for standard input)'),
    several('--agent <role=type>', 'who takes a role (may repeat)'),
    option('--rounds <n>', 'most rounds of the pattern', wholeNumber('--rounds', 1, 1000)),
    CATALOG,
    WORKSPACE,
  ],
  action: select,
} satisfies Command<SelectCall['words'], SelectOptions>;

async function select(call: SelectCall): Promise<number> {
  const {
    shell,
    output,
    words: [words],
    options,
  } = call;
  const { request } = await requestOf(shell, words, options.file ?? []);
  const catalog = openCatalog(call, options);
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
