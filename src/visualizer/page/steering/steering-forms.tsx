/** Asks a person what is to be said to a team: a word to one of its agents, or why it is to stop. */

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useOpenDialog } from '../shell/mounted.ts';
import { shortLine } from '../timeline/message-gist.ts';
import { REASON_MAX, TOLD_MAX, whyNotSaid } from './steering-wish.ts';

interface TellProps {
  team: string;
  agents: readonly string[];
  onClose(): void;
  onSaid(to: string, text: string): void;
}

export function TellForm({ team, agents, onClose, onSaid }: TellProps) {
  const [to, choose] = useState(agents[0] ?? '');
  const [text, write] = useState('');
  // One who has left meanwhile cannot hear it.
  const hearer = agents.includes(to) ? to : (agents[0] ?? '');
  const problem = hearer === '' ? 'No agent is at work any more' : whyNotSaid(text, TOLD_MAX);
  return (
    <Asking
      title={`Tell an agent of ${team}`}
      act="Tell"
      problem={problem}
      onClose={onClose}
      onDone={() => onSaid(hearer, text.trim())}
    >
      <label>
        Agent
        <select value={hearer} onChange={(change) => choose(change.currentTarget.value)}>
          {agents.map((agent) => (
            <option key={agent} value={agent}>
              {shortLine(agent, 60)}
            </option>
          ))}
        </select>
      </label>
      <label>
        What it is told, as by a person
        <textarea rows={6} value={text} onInput={(input) => write(input.currentTarget.value)} />
      </label>
    </Asking>
  );
}

interface StopProps {
  team: string;
  onClose(): void;
  onSaid(reason: string): void;
}

export function StopForm({ team, onClose, onSaid }: StopProps) {
  const [reason, write] = useState('');
  return (
    <Asking
      title={`Stop ${team}`}
      act="Stop the team"
      problem={whyNotSaid(reason, REASON_MAX)}
      onClose={onClose}
      onDone={() => onSaid(reason.trim())}
    >
      <p class="soft">
        Its agents are asked to end; what it has so far becomes its report. It cannot be continued,
        but it can be forked.
      </p>
      <label>
        The reason, for the record
        <input value={reason} onInput={(input) => write(input.currentTarget.value)} />
      </label>
    </Asking>
  );
}

function Asking(props: {
  title: string;
  /** What the button says. */
  act: string;
  /** Why it cannot be said yet; empty when it can. */
  problem: string;
  onClose(): void;
  onDone(): void;
  children: ComponentChildren;
}) {
  const { title, act, problem, onClose, onDone } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useOpenDialog(dialog);
  const submit = (event: Event) => {
    event.preventDefault();
    if (problem !== '') return;
    onDone();
    onClose();
  };
  return (
    // Keys within the dialog are its own: the page behind it does not scrub.
    <dialog
      class="steering-asking"
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <h1>{title}</h1>
      <form onSubmit={submit}>
        {props.children}
        <div class="steering-buttons">
          <span class="soft grow">{problem}</span>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={problem !== ''}>
            {act}
          </button>
        </div>
      </form>
    </dialog>
  );
}
