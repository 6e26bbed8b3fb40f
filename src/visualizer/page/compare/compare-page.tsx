/** Two teams side by side: where they part, then both in step, then how they stand now, as far as they differ. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { DifferingEvent as Side } from '../../../projections/comparison/first-difference.ts';
import type { Comparison } from '../../../projections/comparison/team-comparison.ts';
import { renderFields } from '../../../projections/conversation/framing.ts';
import type { TeamLine } from '../../../projections/teams/teams.ts';

import { inStep, tellDifference, unlikeFields } from './compare.ts';
import { CompareSteps } from './compare-steps.tsx';
import { CompareTables } from './compare-tables.tsx';
import './compare-page.css';
import { hrefOf } from '../shell/route.ts';
import { TeamStory } from '../shell/story.ts';
import type { Horde } from '../shell/team-source.ts';
import { TextBox } from '../shell/text-box.tsx';
import { ThemeButton } from '../shell/theme-button.tsx';
import { shortLine, typeInWords } from '../timeline/message-gist.ts';

interface Fetched {
  comparison: Comparison;
  a: TeamStory;
  b: TeamStory;
}

interface Pair {
  horde: Horde;
  a: string;
  b: string;
}

export function ComparePage({ horde, a, b }: Pair) {
  const [fetched, have] = useState<Fetched>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let isWanted = true;
    fetchBoth(horde, a, b).then(
      (both) => isWanted && have(both),
      (error: Error) => isWanted && setProblem(error.message),
    );
    return () => {
      isWanted = false;
    };
  }, [horde, a, b]);
  return (
    <main class="compare">
      <Chosen horde={horde} a={a} b={b} />
      {problem !== '' && <p class="nothing problem">{shortLine(problem)}</p>}
      {problem === '' && !fetched && <p class="nothing">Both teams are being read…</p>}
      {fetched && <Compared {...fetched} />}
    </main>
  );
}

async function fetchBoth(horde: Horde, a: string, b: string): Promise<Fetched> {
  const [comparison, left, right] = await Promise.all([
    horde.compare(a, b),
    storyOf(horde, a),
    storyOf(horde, b),
  ]);
  return { comparison, a: left, b: right };
}

async function storyOf(horde: Horde, team: string): Promise<TeamStory> {
  const story = new TeamStory(team);
  for await (const events of horde.events(team, 0)) story.append(events);
  return story;
}

function Chosen({ horde, a, b }: Pair) {
  const [lines, have] = useState<readonly TeamLine[]>([]);
  useEffect(() => {
    horde.teams().then(have, () => have([]));
  }, [horde]);
  const go = (one: string, other: string) => {
    location.hash = hrefOf({ name: 'compare', a: one, b: other });
  };
  const names = [...new Set([a, b, ...lines.map(({ team }) => team)])];
  const choice = (label: string, value: string, chosen: (team: string) => void) => (
    <select aria-label={label} value={value} onChange={(e) => chosen(e.currentTarget.value)}>
      {names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
  return (
    <div class="bar">
      <a href={hrefOf({ name: 'teams' })}>Teams</a>
      <h1>Compare</h1>
      {choice('First team', a, (team) => go(team, b))}
      <button type="button" onClick={() => go(b, a)} title="The other way round">
        ⇄ swap
      </button>
      {choice('Second team', b, (team) => go(a, team))}
      <span class="grow" />
      <ThemeButton />
    </div>
  );
}

function Compared({ comparison, a, b }: Fetched) {
  const [withRuntime, showRuntime] = useState(false);
  const { first, teams } = comparison;
  const unlike = first?.a && first.b && first.a.type === first.b.type ? unlikeFields(first) : [];
  const steps = useMemo(
    () => inStep(a.events, b.events, first, withRuntime),
    [a, b, first, withRuntime],
  );
  return (
    <div class="compare-scroll">
      <section class="compare-first" aria-label="The first difference">
        <h2>{tellDifference(first, teams.a, teams.b)}</h2>
        {first && (
          <div class="compare-pair">
            <Parted team={teams.a} event={first.a} cause={first.causeA} unlike={unlike} />
            <Parted team={teams.b} event={first.b} cause={first.causeB} unlike={unlike} />
          </div>
        )}
      </section>
      {first && (
        <section aria-label="Both in step">
          <h2>
            In step{' '}
            <label class="soft">
              <input
                type="checkbox"
                checked={withRuntime}
                onChange={(event) => showRuntime(event.currentTarget.checked)}
              />{' '}
              with the runtime’s own events
            </label>
          </h2>
          <CompareSteps steps={steps} a={a} b={b} />
        </section>
      )}
      <CompareTables comparison={comparison} />
    </div>
  );
}

interface PartedProps {
  team: string;
  event: Side | null;
  cause: Side | null;
  /** What differs of it; all where that is nothing. */
  unlike: readonly string[];
}

/** The event in which a team parts from the other: what differs of it first. */
function Parted({ team, event, cause, unlike }: PartedProps) {
  if (!event)
    return (
      <article class="compare-event">
        <h3>{team}</h3>
        <p class="soft">has nothing here</p>
      </article>
    );
  const { revision, type, actor, to, data } = event;
  const differing = Object.entries(data).filter(([name]) => unlike.includes(name));
  return (
    <article class="compare-event">
      <h3>
        <a href={hrefOf({ name: 'team', team, at: revision, panel: undefined })}>
          {team} at {revision}
        </a>
      </h3>
      <p>
        <b>{typeInWords(type)}</b>{' '}
        {actor === null ? 'by the runtime' : `by ${shortLine(actor, 60)}`}
        {to.length > 0 && ` to ${shortLine(to.join(', '))}`}
      </p>
      {differing.length > 0 && (
        <TextBox
          text={renderFields(Object.fromEntries(differing))}
          label={`What differs in ${team} at ${revision}`}
        />
      )}
      <details open={differing.length === 0}>
        <summary>all that it says</summary>
        <TextBox text={renderFields(data)} label={`All of ${team} at ${revision}`} />
      </details>
      {cause && (
        <p class="soft">
          set off by{' '}
          <a href={hrefOf({ name: 'team', team, at: cause.revision, panel: undefined })}>
            {typeInWords(cause.type)} at {cause.revision}
          </a>
        </p>
      )}
    </article>
  );
}
