/** `list_tasks`: the team's board as it stood when the work was owed. */
import type { Projection } from '../../projections/kit/projection.ts';
import { defineTool } from './tool.ts';

/** The board, and how it is told to a model. */
export interface BoardView<State = any> {
  projection: Projection<State>;
  render(state: State): string;
}

export const listTasksTool = ({ projection, render }: BoardView) =>
  defineTool(
    'list_tasks',
    'List the tasks of the team, with owner and status, and the artifacts registered so far.',
    {},
    'repeatable',
    async (_, context) => {
      const text = render(await context.view(projection));
      return { ok: true, text: text.trim() === '' ? 'There are no tasks.' : text };
    },
  );
