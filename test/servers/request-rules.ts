/**
 * What the Messages API demands of a request: the first rule that is broken, in the words of an
 * `invalid_request_error`, or undefined. Stricter than the real one in two points, where leniency would hide
 * our mistakes: roles must alternate, and text may not be blank.
 */
export type Block = { type: string; [key: string]: unknown };
export interface ApiMessage {
  role: string;
  content: Block[];
}
export interface ApiRequestBody {
  model: string;
  max_tokens: number;
  stream?: boolean;
  system?: string | Block[];
  tools?: ApiTool[];
  messages: ApiMessage[];
  [key: string]: unknown;
}
export interface ApiTool {
  name: string;
  description?: string;
  input_schema: Record<string, unknown>;
  strict?: boolean;
  [key: string]: unknown;
}

const FIELDS = new Set([
  ...['model', 'max_tokens', 'stream', 'system', 'tools', 'messages', 'temperature', 'tool_choice'],
  ...['metadata', 'stop_sequences', 'thinking', 'output_config', 'service_tier', 'cache_control'],
]);
const BREAKPOINTS_MAX = 4;
const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'tool_result', 'image', 'document'],
  assistant: ['text', 'tool_use', 'thinking', 'redacted_thinking', 'server_tool_use'],
};

/** `mayContinue`: whether this content is a turn that was paused, which a request may end with. */
export function brokenRule(
  body: unknown,
  mayContinue: (content: Block[]) => boolean,
): string | undefined {
  if (!isObject(body)) return 'The request body is not a JSON object';
  for (const field of Object.keys(body))
    if (!FIELDS.has(field)) return `${field}: Extra inputs are not permitted`;
  const { model, max_tokens: max, messages, tools, system } = body as unknown as ApiRequestBody;
  if (typeof model !== 'string' || model === '') return 'model: Field required';
  if (!Number.isInteger(max)) return 'max_tokens: Field required';
  if (max < 1) return 'max_tokens: Input should be greater than or equal to 1';
  if (!Array.isArray(messages)) return 'messages: Field required';
  if (messages.length === 0) return 'messages: at least one message is required';
  return (
    brokenTool(tools) ??
    brokenSystem(system) ??
    brokenMessage(messages) ??
    brokenToolUse(messages) ??
    brokenEnd(messages, mayContinue) ??
    tooManyBreakpoints(body)
  );
}

function brokenTool(tools: unknown): string | undefined {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools)) return 'tools: Input should be a valid array';
  const names = new Set<string>();
  for (const [i, tool] of (tools as ApiTool[]).entries()) {
    const at = `tools.${i}.custom`;
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name ?? ''))
      return `${at}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`;
    if (names.has(tool.name)) return 'tools: Tool names must be unique.';
    names.add(tool.name);
    if (!isObject(tool.input_schema)) return `${at}.input_schema: Field required`;
    if (tool.input_schema['type'] !== 'object')
      return `${at}.input_schema.type: Input should be 'object'`;
    if (tool.description?.trim() === '') return `${at}.description: must not be blank`;
    const broken = tool.strict ? brokenStrict(tool.input_schema) : undefined;
    if (broken) return `${at}: ${broken}`;
  }
  const strict = (tools as ApiTool[]).filter((tool) => tool.strict).length;
  return strict > 20 ? `Too many strict tools: ${strict} (maximum 20)` : undefined;
}

const UNSUPPORTED = [
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['multipleOf', 'maxItems', 'uniqueItems', 'propertyNames', 'patternProperties', 'oneOf'],
];

function brokenStrict(schema: Record<string, unknown>): string | undefined {
  for (const key of UNSUPPORTED)
    if (key in schema) return `For '${schema['type']}' type, property '${key}' is not supported`;
  const minItems = schema['minItems'];
  if (typeof minItems === 'number' && minItems > 1)
    return `For 'array' type, 'minItems' values other than 0 or 1 are not supported`;
  if (schema['type'] === 'object' && schema['additionalProperties'] !== false)
    return `For 'object' type, 'additionalProperties' must be explicitly set to false`;
  const inner = [
    ...Object.values((schema['properties'] ?? {}) as object),
    ...((schema['anyOf'] ?? []) as object[]),
    schema['items'],
  ];
  for (const one of inner.filter(isObject)) {
    const broken = brokenStrict(one);
    if (broken) return broken;
  }
  return undefined;
}

function brokenSystem(system: unknown): string | undefined {
  if (system === undefined || typeof system === 'string') return undefined;
  if (!Array.isArray(system)) return 'system: Input should be a valid array';
  return (system as Block[]).some(isBlank)
    ? 'system: text content blocks must be non-empty'
    : undefined;
}

function brokenMessage(messages: readonly ApiMessage[]): string | undefined {
  for (const [i, { role, content }] of messages.entries()) {
    const wanted = i % 2 === 0 ? 'user' : 'assistant';
    if (role !== 'user' && role !== 'assistant')
      return `messages.${i}.role: Input should be 'user' or 'assistant'`;
    if (role !== wanted)
      return `messages: roles must alternate between "user" and "assistant", but found multiple "${role}" roles in a row`;
    if (!Array.isArray(content)) return `messages.${i}.content: Input should be a valid array`;
    if (content.length === 0) return `messages.${i}: all messages must have non-empty content`;
    for (const [j, block] of content.entries()) {
      const at = `messages.${i}.content.${j}`;
      if (!BLOCKS[role]!.includes(block.type))
        return `${at}: Input tag '${block.type}' is not allowed in a message of role ${role}`;
      if (isBlank(block)) return `${at}: text content blocks must be non-empty`;
      if (block.type.includes('thinking') && block['cache_control'])
        return `${at}.cache_control: Extra inputs are not permitted`;
      if (block.type === 'thinking' && typeof block['signature'] !== 'string')
        return `${at}.thinking.signature: Field required`;
      if (block.type === 'tool_use' && !isObject(block['input']))
        return `${at}.tool_use.input: Input should be a valid dictionary`;
    }
  }
  return undefined;
}

function brokenToolUse(messages: readonly ApiMessage[]): string | undefined {
  const seen = new Set<string>();
  for (const [i, { role, content }] of messages.entries()) {
    const uses = content
      .filter((block) => block.type === 'tool_use')
      .map((use) => String(use['id']));
    for (const use of uses) {
      if (seen.has(use)) return `messages.${i}: \`tool_use\` ids must be unique`;
      seen.add(use);
    }
    if (role !== 'user') continue;
    const before = i === 0 ? [] : usesOf(messages[i - 1]!);
    const results = content.filter((block) => block.type === 'tool_result');
    if (content.findLastIndex((block) => block.type === 'tool_result') >= results.length)
      return `messages.${i}: \`tool_result\` blocks must come first in the content of a message`;
    const answered = results.map((result) => String(result['tool_use_id']));
    const missing = before.filter((use) => !answered.includes(use));
    if (missing.length > 0)
      return `messages.${i - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}`;
    const stray = answered.find((use, n) => !before.includes(use) || answered.indexOf(use) !== n);
    if (stray)
      return `messages.${i}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}`;
  }
  return undefined;
}

const usesOf = ({ content }: ApiMessage) =>
  content.filter((block) => block.type === 'tool_use').map((use) => String(use['id']));

function brokenEnd(
  messages: readonly ApiMessage[],
  mayContinue: (content: Block[]) => boolean,
): string | undefined {
  const last = messages.at(-1)!;
  return last.role === 'user' || mayContinue(last.content)
    ? undefined
    : 'This model does not support assistant message prefill. The conversation must end with a user message.';
}

function tooManyBreakpoints(body: unknown): string | undefined {
  const found = JSON.stringify(body).split('"cache_control":{').length - 1;
  return found > BREAKPOINTS_MAX
    ? `A maximum of ${BREAKPOINTS_MAX} blocks with cache_control may be provided. Found ${found}.`
    : undefined;
}

const isBlank = (block: Block) =>
  block.type === 'text' && (typeof block['text'] !== 'string' || block['text'].trim() === '');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
