/** Anthropic, or any server that speaks its Messages API, as the environment names it. */
import type { ModelProvider } from '../provider.ts';
import { problemOfKey, problemOfUrl } from './anthropic-key.ts';
import { claudePrices } from './claude-prices.ts';

export const anthropic: ModelProvider = {
  name: 'anthropic',
  prices: claudePrices,
  // Good enough for all roles at a middle price.
  defaultModel: 'claude-sonnet-5-5',
  ways: [
    'set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN)',
    'set ANTHROPIC_BASE_URL as well for another server that speaks the Messages API',
  ],
  access({ env }) {
    const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_AUTH_TOKEN: authToken } = env;
    const baseUrl = env['ANTHROPIC_BASE_URL'];
    if (!apiKey && !authToken) return undefined;
    const name = apiKey ? 'ANTHROPIC_API_KEY' : 'ANTHROPIC_AUTH_TOKEN';
    const problem =
      problemOfKey(name, apiKey || authToken || '') ??
      (baseUrl ? problemOfUrl('ANTHROPIC_BASE_URL', baseUrl) : undefined);
    const where = baseUrl && URL.canParse(baseUrl) ? ` at ${new URL(baseUrl).host}` : '';
    return {
      detail: `${name} is set${where}`,
      ...(problem ? { problem } : {}),
      isElsewhere: Boolean(baseUrl),
      async client() {
        const { createAnthropicClient } = await import('./anthropic-client.ts');
        return createAnthropicClient({
          ...(apiKey ? { apiKey } : {}),
          ...(authToken ? { authToken } : {}),
          ...(baseUrl ? { baseUrl } : {}),
        });
      },
    };
  },
};
