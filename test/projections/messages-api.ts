/** The rules of the Messages API that a request must keep; returns what is broken, in words. */
import type { ConversationRequest } from '../../src/projections/conversation/conversation.ts';
import type { MessageBlock } from '../../src/projections/conversation/thread-message.ts';

export function brokenRules(request: ConversationRequest): string[] {
  const broken: string[] = [];
  const seen = new Set<string>();
  let owed: string[] = [];
  request.messages.forEach((message, index) => {
    const where = `message ${index}`;
    if (message.role !== (index % 2 === 0 ? 'user' : 'assistant'))
      broken.push(`${where}: roles do not alternate, beginning with the user`);
    if (message.content.length === 0) broken.push(`${where}: is empty`);
    for (const block of message.content) broken.push(...brokenBlock(block, message.role, where));
    if (message.role === 'user') {
      const results = message.content.filter((block) => block.type === 'tool_result');
      const first = message.content.slice(0, results.length);
      if (first.some((block) => block.type !== 'tool_result'))
        broken.push(`${where}: results do not come first`);
      const ids = results.map((block) => String(block['tool_use_id']));
      if (JSON.stringify([...ids].sort()) !== JSON.stringify([...owed].sort()))
        broken.push(`${where}: answers ${ids} where ${owed} were asked`);
      owed = [];
    } else {
      const end = message.content.at(-1);
      if (end?.type === 'thinking') broken.push(`${where}: ends with thinking`);
      for (const block of message.content.filter((one) => one.type === 'tool_use')) {
        const id = String(block['id']);
        if (seen.has(id)) broken.push(`${where}: the use id ${id} is taken`);
        seen.add(id);
        owed.push(id);
      }
    }
  });
  if (request.messages.at(-1)?.role !== 'user') broken.push('does not end with the user');
  return broken;
}

function brokenBlock(block: MessageBlock, role: string, where: string): string[] {
  const broken: string[] = [];
  const blank = (value: unknown) => typeof value !== 'string' || value.trim() === '';
  if (block.type === 'text' && blank(block['text'])) broken.push(`${where}: a blank text`);
  if (block.type === 'tool_use') {
    if (role !== 'assistant') broken.push(`${where}: the user uses a tool`);
    if (!/^[A-Za-z0-9_-]+$/.test(String(block['id']))) broken.push(`${where}: an illegal use id`);
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(String(block['name']))) broken.push(`${where}: a bad name`);
    const input = block['input'];
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      broken.push(`${where}: the input is no object`);
  }
  if (block.type === 'tool_result') {
    if (role !== 'user') broken.push(`${where}: the assistant answers a tool`);
    if (blank(block['content'])) broken.push(`${where}: a blank result`);
  }
  return broken;
}
