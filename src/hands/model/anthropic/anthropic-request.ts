/**
 * From our request to the body of the Messages API.
 *
 * Invariants
 * 1. Equal requests give equal bodies; a longer conversation of the same agent begins with the shorter one's
 *    bytes, cache markers aside: tools, then system, then messages.
 * 2. At most three cache breakpoints: the last tool, the system text, the last block that may carry one.
 * 3. A tool is strict only where the narrowed schema still admits every input that its own schema does, and
 *    the provider's bounds on strict tools are kept; the rest is sent as it stands.
 */
import type Anthropic from '@anthropic-ai/sdk';
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import type { JsonObject } from '../../../events/event.ts';
import type { ToolSpec } from '../../../events/words/agent.ts';
import type { ContentBlock, ModelMessage, ModelRequest } from '../model-client.ts';

export type ApiBody = Anthropic.MessageCreateParamsStreaming;

/** The provider's bounds on strict tools in one request. */
const STRICT_TOOLS_MAX = 20;
const STRICT_OPTIONAL_MAX = 24;
const STRICT_UNIONS_MAX = 16;

const CACHED = { type: 'ephemeral' } as const;
/** Blocks that the API lets carry a cache marker. */
const CACHEABLE = new Set(['text', 'tool_use', 'tool_result', 'image', 'document']);

interface BodyOptions {
  strictTools: boolean;
  promptCaching: boolean;
}

/** `continued`: the assistant's paused content, which the model goes on from. */
export function apiBody(
  request: ModelRequest,
  { strictTools, promptCaching }: BodyOptions,
  continued: readonly ContentBlock[] = [],
): ApiBody {
  const tools = strictTools ? apiTools(request.tools) : request.tools.map(plainTool);
  const messages: ModelMessage[] = [...request.messages];
  if (continued.length > 0) messages.push({ role: 'assistant', content: [...continued] });
  if (promptCaching && tools.length > 0)
    tools[tools.length - 1] = { ...tools.at(-1)!, cache_control: CACHED };
  const system = {
    type: 'text' as const,
    text: request.system,
    ...(promptCaching && { cache_control: CACHED }),
  };
  return {
    model: request.model,
    max_tokens: request.outputTokensMax,
    ...(tools.length > 0 && { tools }),
    ...(request.forcedTool && {
      tool_choice: { type: 'tool' as const, name: request.forcedTool },
    }),
    ...(request.system !== '' && { system: [system] }),
    messages: (promptCaching ? marked(messages) : messages) as unknown as Anthropic.MessageParam[],
    // Newer models refuse it and the SDK no longer names it; it is sent only when the profile asks for it.
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    stream: true,
  };
}

/** Marks the last block that may be marked, so that the next request reads all before it from the cache. */
function marked(messages: readonly ModelMessage[]): ModelMessage[] {
  for (let m = messages.length - 1; m >= 0; m--) {
    const { role, content } = messages[m]!;
    const b = content.findLastIndex((block) => CACHEABLE.has(block.type));
    if (b < 0) continue;
    const block = { ...content[b]!, cache_control: CACHED };
    return messages.with(m, { role, content: content.with(b, block) });
  }
  return [...messages];
}

const plainTool = (tool: ToolSpec): Anthropic.Tool => ({
  name: tool.name,
  description: tool.description,
  input_schema: tool.input as unknown as Anthropic.Tool.InputSchema,
});

/** Strict in order of the list, as far as the provider's bounds reach. */
function apiTools(tools: readonly ToolSpec[]): Anthropic.Tool[] {
  let left = STRICT_TOOLS_MAX;
  let optionalLeft = STRICT_OPTIONAL_MAX;
  let unionsLeft = STRICT_UNIONS_MAX;
  return tools.map((tool) => {
    const cost = strictCost(tool.input as JsonObject);
    if (!cost || left < 1 || cost.optional > optionalLeft || cost.unions > unionsLeft)
      return plainTool(tool);
    left -= 1;
    optionalLeft -= cost.optional;
    unionsLeft -= cost.unions;
    const input = transformJSONSchema(tool.input) as Anthropic.Tool.InputSchema;
    return { name: tool.name, description: tool.description, input_schema: input, strict: true };
  });
}

interface StrictCost {
  optional: number;
  unions: number;
}

/** What a schema takes of the bounds; undefined when it cannot be narrowed without loss. */
function strictCost(schema: JsonObject): StrictCost | undefined {
  const cost: StrictCost = { optional: 0, unions: 0 };
  return addCost(schema, cost) ? cost : undefined;
}

function addCost(schema: JsonObject, cost: StrictCost): boolean {
  // References may recurse, which a grammar cannot; open objects would be closed.
  if ('$ref' in schema || '$defs' in schema || 'allOf' in schema) return false;
  const variants = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(variants)) {
    cost.unions += 1;
    return variants.every((variant) => addCost(variant as JsonObject, cost));
  }
  if (Array.isArray(schema['enum']) || 'const' in schema) return true;
  if (typeof schema['type'] !== 'string') return false;
  if (schema['type'] === 'array')
    return isSchema(schema['items']) && addCost(schema['items'], cost);
  if (schema['type'] !== 'object') return true;
  if (schema['additionalProperties'] !== false) return false;
  const properties = Object.entries((schema['properties'] ?? {}) as JsonObject);
  const required = (schema['required'] ?? []) as string[];
  cost.optional += properties.filter(([name]) => !required.includes(name)).length;
  return properties.every(([, property]) => isSchema(property) && addCost(property, cost));
}

const isSchema = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
