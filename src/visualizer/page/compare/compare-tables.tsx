/** How two teams stand now, as far as they differ. */
import type {
  ActorStanding,
  Both,
  Comparison,
} from '../../../projections/comparison/team-comparison.ts';
import { hrefOf } from '../shell/route.ts';
import { shortLine } from '../timeline/message-gist.ts';

/** Lines of one table that are drawn. */
const LINES = 200;

type Line = [name: string, a: string, b: string];

export function CompareTables({ comparison }: { comparison: Comparison }) {
  const { teams, given, states, board, messages } = comparison;
  return (
    <section class="compare-tables" aria-label="How they stand now">
      <Table title="Now" teams={teams} lines={numbersOf(comparison)} />
      <Table title="Given" teams={teams} lines={linesOf(given, (value) => String(value))} />
      <Table title="States" teams={teams} lines={linesOf(states, stateText)} />
      <Table
        title="Tasks"
        teams={teams}
        lines={linesOf(board.tasks, ({ status, owner }) => `${status}, ${owner ?? 'nobody’s'}`)}
      />
      <Table
        title="Artifacts"
        teams={teams}
        lines={linesOf(
          board.artifacts,
          ({ by, versions, locked, hash }) =>
            `by ${by}, version ${versions}${locked ? ', locked' : ''}${hash ? `, ${hash.slice(0, 10)}` : ''}`,
        )}
      />
      <Table title="Messages said" teams={teams} lines={linesOf(messages, String)} />
    </section>
  );
}

function numbersOf(comparison: Comparison): Line[] {
  const { events, rounds, modelCalls, tokens, usd, end } = comparison;
  const line = <Value,>(name: string, both: Both<Value>, text: (value: Value) => string): Line => [
    name,
    text(both.a),
    text(both.b),
  ];
  const count = (value: number) => value.toLocaleString('en');
  return [
    line('end', end, (value) => (value ? `${value.status}: ${value.reason}` : 'still at work')),
    line('events', events, count),
    line('rounds', rounds, count),
    line('model calls', modelCalls, count),
    line('tokens', tokens, count),
    line('cost', usd, (value) => `$${value.toFixed(4)}`),
  ];
}

const linesOf = <Value,>(
  entries: { readonly [name: string]: Both<Value | null> },
  text: (value: Value) => string,
): Line[] =>
  Object.entries(entries).map(([name, { a, b }]) => [
    name,
    a === null ? '–' : text(a),
    b === null ? '–' : text(b),
  ]);

const stateText = ({ machine, status, state }: ActorStanding): string =>
  `${machine}, ${status}: ${typeof state === 'string' ? state : JSON.stringify(state)}`;

function Table({ title, teams, lines }: { title: string; teams: Both<string>; lines: Line[] }) {
  if (lines.length === 0) return <p class="soft">{title}: no difference.</p>;
  const link = (team: string) => (
    <a href={hrefOf({ name: 'team', team, at: undefined, panel: undefined })}>{team}</a>
  );
  return (
    <table>
      <thead>
        <tr>
          <th>{title}</th>
          <th>{link(teams.a)}</th>
          <th>{link(teams.b)}</th>
        </tr>
      </thead>
      <tbody>
        {lines.slice(0, LINES).map(([name, a, b]) => (
          <tr key={name} class={a === b ? '' : 'unlike'}>
            <th scope="row">{shortLine(name)}</th>
            <td>{shortLine(a)}</td>
            <td>{shortLine(b)}</td>
          </tr>
        ))}
        {lines.length > LINES && (
          <tr>
            <td colSpan={3}>and {lines.length - LINES} more</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
