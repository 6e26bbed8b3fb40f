/** `horde agents`: the types of agents there are; with a name, all about one. */

import type { AgentType } from '../../planning/catalog/catalog-file.ts';
import { BadUsage } from '../bad-usage.ts';
import { type CatalogOptions, openCatalog, unknownName } from '../catalog-option.ts';
import type { Command, CommandCall } from '../command.ts';
import { CATALOG, WORKSPACE } from '../options.ts';
import { harmless, oneLine, table } from '../terminal-text.ts';

type AgentsCall = CommandCall<[name: string | undefined], CatalogOptions>;

export default {
  options: [CATALOG, WORKSPACE],
  action: agents,
} satisfies Command<AgentsCall['words'], CatalogOptions>;

async function agents(call: AgentsCall): Promise<number> {
  const {
    output,
    words: [name],
  } = call;
  const catalog = openCatalog(call, call.options);
  if (name === undefined) {
    const all = [...catalog.agents.values()];
    output.result(
      () => harmless(all.length === 0 ? 'there are no agents' : listOf(all)),
      () => all.map(({ prompt: _, ...rest }) => documentOf(rest)),
    );
    return 0;
  }
  const agent = catalog.agent(name);
  if (!agent) throw new BadUsage(unknownName('agent', name, catalog.agents));
  output.result(
    () => harmless(textOf(agent)),
    () => [documentOf(agent)],
  );
  return 0;
}

const documentOf = <Entry extends { model: string | undefined }>(agent: Entry) => ({
  ...agent,
  model: agent.model ?? null,
});

/** By tier and category, as one looks for somebody. */
function listOf(all: readonly AgentType[]): string {
  const tiers = [...new Set(all.map(({ tier }) => tier))];
  return tiers
    .map((tier) => {
      const rows = all
        .filter((agent) => agent.tier === tier)
        .sort((a, b) => a.category.localeCompare(b.category) || a.name.localeCompare(b.name))
        .map(({ category, name, description }) => [
          `  ${category}`,
          name,
          oneLine(description, 80),
        ]);
      return `${tier} (${rows.length})\n${table(rows)}`;
    })
    .join('\n\n');
}

function textOf(agent: AgentType): string {
  const { name, description, tier, category, tools, patterns, aliases, prompt, source } = agent;
  const rows = [
    ['tier', `${tier}, ${category}`],
    ['fits', patterns.join(', ') || 'any pattern'],
    ['wishes', `${tools.join(', ') || 'no tools'} (the command line grants, not the catalog)`],
    ...(aliases.length > 0 ? [['also', aliases.join(', ')]] : []),
    ['file', source],
  ];
  return `${name}: ${description}\n\n${table(rows)}\n\n${prompt}`;
}
