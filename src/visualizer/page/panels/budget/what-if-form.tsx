/** Asks what another budget would have done, and tells it. */

import { useState } from 'preact/hooks';
import { problemOf } from '../../shell/problem.ts';
import type { Horde } from '../../shell/team-source.ts';
import type { TeamView } from '../../shell/team-view.ts';
import { tellWhatIf, type WhatIfTold } from './what-if-sentence.ts';

export function WhatIfForm({ view, horde }: { view: TeamView; horde: Horde }) {
  const [tokens, setTokens] = useState('');
  const [told, tell] = useState<WhatIfTold>();
  const [problem, setProblem] = useState('');
  const ask = async (event: Event) => {
    event.preventDefault();
    tell(undefined);
    setProblem('');
    const number = Number(tokens);
    if (!Number.isSafeInteger(number) || number < 1)
      return setProblem(
        `What if: "${tokens}" is no budget; give a whole number of tokens above 0.`,
      );
    try {
      tell(tellWhatIf(await horde.whatIf(view.team, { tokens: number })));
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <form class="budget-what-if" onSubmit={ask}>
      <label>
        What if the budget had been{' '}
        <input
          inputMode="numeric"
          size={9}
          value={tokens}
          placeholder="10000"
          onInput={(event) => setTokens(event.currentTarget.value)}
        />{' '}
        tokens?
      </label>{' '}
      <button type="submit">Ask</button>
      <div aria-live="polite">
        {problem !== '' && <p class="problem">{problem}</p>}
        {told && <Told view={view} told={told} />}
      </div>
    </form>
  );
}

function Told({ view, told }: { view: TeamView; told: WhatIfTold }) {
  const { stop, revision, more } = told;
  return (
    <p>
      <b>{stop}</b>{' '}
      {revision !== null && (
        <button type="button" onClick={() => view.jumpTo(revision)}>
          Go to {revision}
        </button>
      )}{' '}
      {more.join(' ')}
    </p>
  );
}
