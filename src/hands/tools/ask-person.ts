/** `ask_person`: a question to whoever sits at the terminal. */
import { z } from 'zod';
import { WorkFailure } from '../../actors/worker.ts';
import type { TeamId } from '../../events/ids.ts';
import { defineTool } from './tool.ts';

/** Asks, and gives the answer as it was typed; throws a `WorkFailure` of kind `nobody` without anyone. */
export type AskPerson = (question: string, signal: AbortSignal, team: TeamId) => Promise<string>;

export const askPersonTool = (ask: AskPerson) =>
  defineTool(
    'ask_person',
    'Ask the person who started the team. Use it only for what nobody else can decide.',
    { question: z.string().min(1).max(2000) },
    'repeatable',
    async ({ question }, { actor, team, signal }) => {
      try {
        return {
          ok: true,
          text: await ask(`${actor} of team ${team} asks: ${question}`, signal, team),
        };
      } catch (error) {
        if (!(error instanceof WorkFailure) || error.kind !== 'nobody') throw error;
        return { ok: false, text: `Nobody can be asked: ${error.message}. Decide yourself.` };
      }
    },
  );
