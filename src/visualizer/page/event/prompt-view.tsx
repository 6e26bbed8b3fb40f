/**
 * What a model was asked: the request as it was rebuilt from the log, and its reply. The conversation's last message stands
 * open, since it is what was new; what came before is folded.
 */
import { useState } from 'preact/hooks';
import type { Json } from '../../../events/event.ts';
import { escapeControls } from '../../../projections/conversation/framing.ts';
import type { Message, MessageBlock } from '../../../projections/conversation/thread-message.ts';
import { type Fetched, useFetched } from '../shell/fetched.ts';
import { onOneLine } from '../timeline/event-line.ts';
import { JsonTree } from './json-tree.tsx';
import './prompt-view.css';
import type { Prompt } from '../shell/team-source.ts';
import type { TeamView } from '../shell/team-view.ts';
import { TextBox } from '../shell/text-box.tsx';

/** Messages that are listed at first. */
const MESSAGES_SHOWN = 12;
/** Blocks of a message that are drawn at first, and that each further click adds. */
const BLOCKS_SHOWN = 40;
/** Blocks that a line tells of. */
const GIST_PARTS = 10;

/** The prompt of the reply, failure or admission at a revision. */
export function PromptView({ view, revision }: { view: TeamView; revision: number }) {
  const fetched = useFetched(String(revision), () => view.source.prompt(view.team, revision));
  return <Shown fetched={fetched} />;
}

function Shown({ fetched }: { fetched: Fetched<Prompt | undefined> }) {
  if (fetched.state === 'coming') return <p class="soft">Rebuilding the prompt…</p>;
  if (fetched.state === 'failed') return <p class="problem">{fetched.message}</p>;
  const prompt = fetched.value;
  if (!prompt) return <p class="soft">No prompt can be rebuilt for this event.</p>;
  return (
    <div class="prompt-view">
      <p class="soft">
        to <code>{escapeControls(prompt.model)}</code>, request{' '}
        <code title={`Hash of the whole request: ${prompt.hash}`}>{prompt.hash.slice(0, 12)}</code>
      </p>
      <details>
        <summary>System, {prompt.system.length.toLocaleString()} characters</summary>
        <TextBox text={prompt.system} label="System text" />
      </details>
      <details>
        <summary>
          {prompt.tools.length} {prompt.tools.length === 1 ? 'tool' : 'tools'} and moves
        </summary>
        <dl class="prompt-view-tools">
          {prompt.tools.map(({ name, description }) => (
            <div key={name}>
              <dt>
                <code>{escapeControls(name)}</code>
              </dt>
              <dd>{escapeControls(description)}</dd>
            </div>
          ))}
        </dl>
      </details>
      <Messages messages={prompt.messages} />
    </div>
  );
}

function Messages({ messages }: { messages: readonly Message[] }) {
  const [shown, show] = useState(MESSAGES_SHOWN);
  const first = Math.max(0, messages.length - shown);
  return (
    <ol class="prompt-view-messages" start={first + 1}>
      {first > 0 && (
        <li class="prompt-view-before">
          <button type="button" onClick={() => show(shown + MESSAGES_SHOWN * 4)}>
            {first} earlier {first === 1 ? 'message' : 'messages'}
          </button>
        </li>
      )}
      {messages.slice(first).map(({ role, content }, index) => (
        <li key={first + index} class={`prompt-view-message ${role}`}>
          <details open={first + index === messages.length - 1}>
            <summary>
              <b>{role}</b> <span class="soft">{gistOf(content)}</span>
            </summary>
            <Blocks content={content} />
          </details>
        </li>
      ))}
    </ol>
  );
}

/** The blocks of a message or a reply, each in its own way. */
export function Blocks({ content }: { content: readonly { readonly [key: string]: Json }[] }) {
  const [shown, show] = useState(BLOCKS_SHOWN);
  const rest = content.length - shown;
  return (
    <>
      {content.slice(0, shown).map((block, index) => (
        // A block has no other name than its place.
        <Block key={index} block={block} />
      ))}
      {rest > 0 && (
        <button type="button" onClick={() => show(shown + BLOCKS_SHOWN)}>
          {Math.min(rest, BLOCKS_SHOWN)} more of {content.length.toLocaleString()}
        </button>
      )}
    </>
  );
}

function Block({ block }: { block: { readonly [key: string]: Json } }) {
  const text = textOf(block);
  if (block['type'] === 'text') return <TextBox text={text} label="Text" />;
  if (block['type'] === 'tool_use')
    return (
      <div class="prompt-view-use">
        <p>
          uses <code>{onOneLine(String(block['name']))}</code>
        </p>
        <JsonTree value={block['input'] ?? null} open />
      </div>
    );
  if (block['type'] === 'tool_result')
    return (
      <div class="prompt-view-use">
        <p class={block['is_error'] ? 'problem' : ''}>
          {block['is_error'] ? 'error of a tool' : 'result of a tool'}
        </p>
        <TextBox text={text} label="Result of a tool" />
      </div>
    );
  return (
    <details>
      <summary>{onOneLine(String(block['type']))}</summary>
      {text === '' ? <JsonTree value={{ ...block }} open /> : <TextBox text={text} label="Block" />}
    </details>
  );
}

/** What a block says: its text, its thinking, or the texts of a result. */
function textOf(block: { readonly [key: string]: Json }): string {
  const said = block['text'] ?? block['thinking'] ?? block['content'];
  if (typeof said === 'string') return said;
  if (!Array.isArray(said)) return '';
  return said.map((part) => textOf(part as MessageBlock)).join('\n');
}

function gistOf(content: readonly MessageBlock[]): string {
  const parts = content
    .slice(0, GIST_PARTS)
    .map((block) =>
      block.type === 'tool_use' ? `[${String(block['name'])}]` : textOf(block).slice(0, 120),
    );
  return onOneLine(parts.join(' ').slice(0, 120));
}
