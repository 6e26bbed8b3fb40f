/** Chooses another team to compare this one with. */

import { useRef, useState } from 'preact/hooks';
import type { TeamLine } from '../../../projections/teams/teams.ts';
import { verdictWords } from '../../../projections/verdict/verdict-words.ts';
import { hrefOf } from '../shell/route.ts';
import type { Horde } from '../shell/team-source.ts';
import { onOneLine } from '../timeline/event-line.ts';

/** Teams that are listed; the search finds the others. */
const TEAMS_SHOWN = 50;

export function ComparisonChoice({ team, horde }: { team: string; horde: Horde }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [lines, list] = useState<readonly TeamLine[] | undefined>(undefined);
  const [problem, tell] = useState('');
  const [query, search] = useState('');
  const open = () => {
    dialog.current?.showModal();
    tell('');
    horde.teams().then(list, (error: Error) => tell(error.message));
  };
  const wanted = query.toLowerCase();
  const others = (lines ?? []).filter(
    (line) =>
      line.team !== team &&
      `${line.team} ${line.pattern} ${line.request}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <button type="button" onClick={open} title="Beside another team, with the first difference">
        Compare…
      </button>
      <dialog ref={dialog} class="comparison-choice" aria-label="Compare with">
        <header>
          <h2>Compare {team} with</h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </header>
        <input
          type="search"
          placeholder="Search teams"
          aria-label="Search teams"
          value={query}
          onInput={(input) => search(input.currentTarget.value)}
        />
        {problem !== '' && <p class="problem">{problem}</p>}
        {lines === undefined && problem === '' && <p class="soft">Reading…</p>}
        {lines !== undefined && others.length === 0 && <p class="soft">There is no other team.</p>}
        <ul>
          {others.slice(0, TEAMS_SHOWN).map((line) => (
            <li key={line.team}>
              <a href={hrefOf({ name: 'compare', a: team, b: line.team })}>{line.team}</a>{' '}
              <span class="soft">
                {onOneLine(line.pattern)}, {verdictWords(line)}, {line.events} events
                {line.parent === team ? ', a child of this team' : ''}
              </span>
              <div class="comparison-choice-request">{onOneLine(line.request)}</div>
            </li>
          ))}
        </ul>
        {others.length > TEAMS_SHOWN && (
          <p class="soft">{others.length - TEAMS_SHOWN} more; search for them.</p>
        )}
      </dialog>
    </>
  );
}
