/** All teams of the store, live: how each stands and what it has used. One opens one, or compares two. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { escapeControls } from '../../../projections/conversation/framing.ts';
import type { TeamLine } from '../../../projections/teams/teams.ts';
import type { TeamStatus } from '../../../projections/verdict/verdict.ts';
import { hrefOf } from '../shell/route.ts';
import type { Horde } from '../shell/team-source.ts';
import { shortLine } from '../timeline/message-gist.ts';
import { type Order, type Wish, wanted } from './teams-list.ts';
import './teams-page.css';
import { ThemeButton } from '../shell/theme-button.tsx';
import { TeamRow } from './teams-row.tsx';

/** Rows that are drawn before one asks for more. */
const FIRST = 100;
const STATUSES: readonly TeamStatus[] = ['running', 'paused', 'done', 'failed', 'stopped'];

const TITLES: readonly [Order | '', string][] = [
  ['', 'Compare'],
  ['team', 'Team'],
  ['pattern', 'Pattern'],
  ['status', 'Status'],
  ['round', 'Round'],
  ['', 'Request'],
  ['events', 'Events'],
  ['tokens', 'Tokens of budget'],
  ['usd', 'Cost'],
  ['started', 'Started'],
  ['updated', 'Updated'],
];

export function TeamsPage({ horde }: { horde: Horde }) {
  const { lines, problem } = useTeams(horde);
  const now = useNow();
  const [wish, setWish] = useState<Wish>({ words: '', status: '', order: 'updated', isDown: true });
  const [most, showMost] = useState(FIRST);
  const [picked, pick] = useState<readonly string[]>([]);
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => {
    const hear = (event: KeyboardEvent) => walk(event, table.current);
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, []);
  if (problem !== '' && !lines) return <p class="nothing problem">{shortLine(problem)}</p>;
  if (!lines) return <p class="nothing">The teams are being listed…</p>;
  if (lines.length === 0) return <NoTeams horde={horde} />;
  const shown = wanted(lines, wish);
  const toggle = (team: string) =>
    pick((before) =>
      before.includes(team) ? before.filter((one) => one !== team) : [...before, team].slice(-2),
    );
  return (
    <main class="teams">
      <Wishes
        horde={horde}
        wish={wish}
        setWish={setWish}
        count={shown.length}
        of={lines.length}
        picked={picked}
      />
      <div class="teams-scroll">
        <table ref={table}>
          <Titles wish={wish} setWish={setWish} />
          <tbody>
            {shown.slice(0, most).map((line) => (
              <TeamRow
                key={line.team}
                line={line}
                now={now}
                isPicked={picked.includes(line.team)}
                toggle={toggle}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p class="nothing">No team is like that.</p>}
        {shown.length > most && (
          <p class="nothing">
            <button type="button" onClick={() => showMost(most + FIRST)}>
              {shown.length - most} more
            </button>
          </p>
        )}
      </div>
    </main>
  );
}

function NoTeams({ horde }: { horde: Horde }) {
  const { store } = horde.about;
  return (
    <main class="teams-none">
      <h1>No team yet</h1>
      <p>Start one; it appears here while it works. Without a model, as a rehearsal:</p>
      <pre>npx horde run --rehearse "Design a rate limiter for the public API"</pre>
      <p>With a model (ANTHROPIC_API_KEY is set):</p>
      <pre>npx horde run "Design a rate limiter for the public API"</pre>
      <p>This page shows another store unless they are told to use the same one:</p>
      <pre>--store {escapeControls(store)}</pre>
      <About horde={horde} />
    </main>
  );
}

function Wishes(props: {
  horde: Horde;
  wish: Wish;
  setWish(wish: Wish): void;
  count: number;
  of: number;
  picked: readonly string[];
}) {
  const { horde, wish, setWish, picked } = props;
  const [a, b] = picked;
  return (
    <div class="teams-wishes">
      <h1>Teams</h1>
      <input
        type="search"
        aria-label="Filter by words"
        placeholder="Filter: team, pattern, request"
        value={wish.words}
        onInput={(event) => setWish({ ...wish, words: event.currentTarget.value })}
      />
      <select
        aria-label="Filter by status"
        value={wish.status}
        onChange={(event) =>
          setWish({ ...wish, status: event.currentTarget.value as TeamStatus | '' })
        }
      >
        <option value="">every status</option>
        {STATUSES.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </select>
      <span class="soft number">
        {props.count} of {props.of}
      </span>
      <span class="grow" />
      {a !== undefined && b !== undefined ? (
        <a class="button" href={hrefOf({ name: 'compare', a, b })}>
          Compare {a} and {b}
        </a>
      ) : (
        <span class="soft">
          {a === undefined ? 'Tick two teams to compare them.' : 'Tick one more to compare.'}
        </span>
      )}
      <About horde={horde} />
      <ThemeButton />
    </div>
  );
}

function About({ horde }: { horde: Horde }) {
  const { store, version } = horde.about;
  return (
    <span class="teams-about soft" title={escapeControls(store)}>
      <code>{escapeControls(store)}</code> · golden-horde {version}
    </span>
  );
}

function Titles({ wish, setWish }: { wish: Wish; setWish(wish: Wish): void }) {
  return (
    <thead>
      <tr>
        {TITLES.map(([order, title]) =>
          order === '' ? (
            <th key={title}>{title}</th>
          ) : (
            <th
              key={title}
              aria-sort={
                wish.order === order ? (wish.isDown ? 'descending' : 'ascending') : undefined
              }
            >
              <button
                type="button"
                onClick={() =>
                  setWish({
                    ...wish,
                    order,
                    isDown: wish.order === order ? !wish.isDown : FALLS.has(order),
                  })
                }
              >
                {title}
                {wish.order === order && (wish.isDown ? ' ↓' : ' ↑')}
              </button>
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}

/** What one wants the most of first. */
const FALLS: ReadonlySet<Order> = new Set(['updated', 'started', 'tokens', 'usd', 'events']);

function useTeams(horde: Horde) {
  const [lines, have] = useState<readonly TeamLine[]>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let isOpen = true;
    // The list comes once in any case; the listening tells of changes.
    horde.teams().then(
      (teams) => isOpen && have((known) => known ?? teams),
      (error: Error) => isOpen && setProblem(error.message),
    );
    const listening = horde.listenToTeams((teams) => isOpen && have(teams));
    return () => {
      isOpen = false;
      listening.close();
    };
  }, [horde]);
  return { lines, problem };
}

/** The time, told anew every so often, for "a minute ago". */
function useNow(): number {
  const [now, tell] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => tell(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Up and down go from team to team; Enter, on the link, opens it; c ticks it; / goes to the words. */
function walk(event: KeyboardEvent, table: HTMLTableElement | null): void {
  const focused = document.activeElement;
  const isTyping = focused instanceof HTMLInputElement && focused.type === 'search';
  if (!table || event.ctrlKey || event.metaKey || event.altKey) return;
  if (focused instanceof HTMLSelectElement) return;
  const links = [...table.querySelectorAll<HTMLAnchorElement>('tbody a.teams-open')];
  const row = focused?.closest('tbody tr');
  const here = links.findIndex((link) => link.closest('tr') === row);
  if (event.key === 'ArrowDown') links[Math.min(links.length - 1, here + 1)]?.focus();
  else if (event.key === 'ArrowUp' && here >= 0) links[Math.max(0, here - 1)]?.focus();
  else if (event.key === 'c' && row && !isTyping)
    row.querySelector<HTMLInputElement>('input')?.click();
  else if (event.key === '/' && !isTyping)
    document.querySelector<HTMLInputElement>('.teams-wishes input')?.focus();
  else return;
  event.preventDefault();
}
