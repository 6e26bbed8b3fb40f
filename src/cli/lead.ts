/**
 * Leading a team to its end from the terminal: progress while it works, Ctrl-C, and the summary at the end.
 */
import type { Runtime } from '../actors/runtime.ts';
import type { TeamHandle } from '../actors/team-handle.ts';
import { EXIT } from './bad-usage.ts';
import type { Site } from './command.ts';
import { observe, operationalLog } from './observation.ts';
import type { Progress } from './progress.ts';
import { type Summary, summarize } from './summary.ts';

export interface Led {
  summary: Summary;
  exit: number;
}

/** Waits for the team's end. The first Ctrl-C stops new work and records where it stands; the second exits at once. */
export async function leadToEnd(
  { shell, output }: Site,
  runtime: Runtime,
  team: TeamHandle,
  progress: Progress | undefined,
): Promise<Led> {
  const log = await operationalLog(shell);
  const observation = await observe(shell.env, runtime.store, team.id, log);
  const interruption = shell.interruption();
  const interrupt = () => {
    progress?.close();
    output.note(
      'stopping: what is under way is broken off and recorded; press Ctrl-C again to leave at once',
    );
    void runtime.close();
  };
  if (interruption.aborted) interrupt();
  else interruption.addEventListener('abort', interrupt, { once: true });
  try {
    await team.result().catch((error: Error) => {
      if (interruption.aborted) return;
      log?.tell('error', 'the team cannot be led on', { team: team.id, detail: error.message });
      throw error;
    });
  } finally {
    interruption.removeEventListener('abort', interrupt);
    progress?.close();
    const sent = await observation.end();
    if (sent !== undefined) output.note(sent);
  }
  const summary = await summarize(team, interruption.aborted);
  if (summary.status === 'interrupted') {
    output.note(`interrupted; go on with: horde resume ${team.id}`);
    return { summary, exit: EXIT.interrupted };
  }
  return { summary, exit: summary.status === 'done' ? EXIT.done : EXIT.failed };
}
