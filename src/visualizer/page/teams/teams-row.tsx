/** One team in the list of teams: what it is, how it stands, what it has used of its budget. */
import type { TeamLine } from '../../../projections/teams/teams.ts';
import { whyWords } from '../../../projections/verdict/verdict-words.ts';
import { hrefOf } from '../shell/route.ts';
import { VerdictBadge } from '../shell/verdict-badge.tsx';
import { shortLine } from '../timeline/message-gist.ts';
import { ago, shareUsed, tokensUsed } from './teams-list.ts';

export function TeamRow(props: {
  line: TeamLine;
  now: number;
  isPicked: boolean;
  toggle(team: string): void;
}) {
  const { line, now, isPicked, toggle } = props;
  const { team, pattern, request, events, usd, rehearsal, parent } = line;
  const why = whyWords(line);
  return (
    <tr class={isPicked ? 'picked' : ''}>
      <td>
        <input
          type="checkbox"
          aria-label={`Compare ${team}`}
          checked={isPicked}
          onChange={() => toggle(team)}
        />
      </td>
      <td>
        <a
          class="teams-open"
          href={hrefOf({ name: 'team', team, at: undefined, panel: undefined })}
        >
          {team}
        </a>
        {parent !== null && <div class="soft">child of {parent}</div>}
      </td>
      <td>
        {shortLine(pattern, 60)}
        {rehearsal && <div class="teams-rehearsal">rehearsal</div>}
      </td>
      <td>
        <VerdictBadge verdict={line} />
      </td>
      <td class="number">
        <Rounds line={line} />
      </td>
      <td class="teams-request" title={shortLine(request)}>
        {shortLine(request)}
        {why !== '' && <div class="soft">{shortLine(why)}</div>}
      </td>
      <td class="number">{events.toLocaleString('en')}</td>
      <td>
        <Budget line={line} />
      </td>
      <td class="number">${usd.toFixed(4)}</td>
      <td class="soft" title={new Date(line.startedAt).toISOString()}>
        {ago(line.startedAt, now)}
      </td>
      <td class="soft" title={new Date(line.updatedAt).toISOString()}>
        {ago(line.updatedAt, now)}
      </td>
    </tr>
  );
}

function Rounds({ line: { round, rounds } }: { line: TeamLine }) {
  if (round === null || rounds === null) return null;
  return (
    <>
      {round} <span class="soft">of {rounds}</span>
      <progress aria-label={`Round ${round} of ${rounds}`} value={round} max={rounds} />
    </>
  );
}

function Budget({ line }: { line: TeamLine }) {
  const share = shareUsed(line);
  const used = tokensUsed(line).toLocaleString('en');
  if (share === null) return <span class="number">{used}</span>;
  const limit = line.tokens.limit!.toLocaleString('en');
  return (
    <>
      <span class="number">
        {used} <span class="soft">of {limit}</span>
      </span>
      <meter
        aria-label={`${used} of ${limit} tokens`}
        value={share}
        high={0.8}
        optimum={0}
        max={1}
      />
    </>
  );
}
