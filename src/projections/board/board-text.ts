/** The task board as text: what a person reads in a terminal and a model is told when it lists the tasks. */
import type { Board } from './board.ts';

export function renderBoard({ tasks, artifacts }: Board): string {
  const lines = Object.values(tasks).map(({ task, title, status, owner, blockedBy, note }) => {
    const who = owner === null ? '' : `, owner ${owner}`;
    const waits = blockedBy.length === 0 ? '' : `, after ${blockedBy.join(', ')}`;
    return `[${status}] ${task}: ${title}${who}${waits}${note === '' ? '' : ` (${note})`}`;
  });
  const things = Object.values(artifacts).map(
    ({ title, by, path, hash, held, locked, versions }) => {
      const where =
        path === null
          ? `text at revision ${held}`
          : `${path}${hash === null ? '' : ` (sha256 ${hash.slice(0, 12)})`}`;
      return `${locked ? 'locked ' : ''}artifact by ${by}: ${title}, ${where}${versions > 1 ? `, version ${versions}` : ''}`;
    },
  );
  return [...lines, ...things].join('\n');
}
