/** `horde select`: which pattern, which roster, which methodologies, and why. Spends nothing. */

import { recommend } from '../../planning/recommend.ts';
import { BadUsage } from '../bad-usage.ts';
import {
  type CastOptions,
  type CatalogOptions,
  castWish,
  limitsByName,
  openCatalog,
} from '../catalog-option.ts';
import { type Command, type CommandCall, option, several } from '../command.ts';
import { wholeNumber } from '../numbers.ts';
import { CAST, CATALOG, WORKSPACE } from '../options.ts';
import { requestOf } from '../request.ts';
import { selectionText } from '../selection-text.ts';
import { harmless } from '../terminal-text.ts';

export interface SelectOptions extends CatalogOptions, CastOptions {
  file?: string[];
  limit?: string[];
  rounds?: number;
}

type SelectCall = CommandCall<[request: string[]], SelectOptions>;

export default {
  options: [
    several('--file <path>', 'take the request from a file (- for standard input)'),
    ...CAST,
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
  try {
    const limits = limitsByName(options.limit ?? [], options.rounds);
    const offer = { ...castWish(options, catalog), limits };
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
