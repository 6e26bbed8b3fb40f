/** Above everything: which team this is, how it stands, what it has used, and what one can do with it. */

import { useEffect } from 'preact/hooks';
import type { Amount } from '../../../events/amounts.ts';
import { fieldsOf, textIn } from '../../../events/fields.ts';
import { isRehearsal, labelsIn } from '../../../events/words/labels.ts';
import { escapeControls } from '../../../projections/conversation/framing.ts';
import { ComparisonChoice } from '../compare/comparison-choice.tsx';
import { SteeringMenu } from '../steering/steering-menu.tsx';
import { onOneLine } from '../timeline/event-line.ts';
import { keepAddress } from './address.ts';
import { countText } from './count-text.ts';
import { HelpDialog } from './help-dialog.tsx';
import { helping } from './keyboard.ts';
import { hrefOf } from './route.ts';
import './team-bar.css';
import type { Horde } from './team-source.ts';
import type { TeamView } from './team-view.ts';
import { nextTheme, theme } from './theme.ts';
import { VerdictBadge } from './verdict-badge.tsx';

/** Most characters of the request in a tooltip. */
const REQUEST_MAX = 2000;

export function TeamBar({
  view,
  horde,
  onFork,
}: {
  view: TeamView;
  horde: Horde | undefined;
  onFork: () => void;
}) {
  useEffect(() => keepAddress(view), [view]);
  return (
    <header class="bar team-bar">
      {horde && (
        <a class="button" href={hrefOf({ name: 'teams' })}>
          ← Teams
        </a>
      )}
      <Name view={view} />
      <Request view={view} />
      <Used view={view} />
      <Connection view={view} />
      <div class="team-bar-acts">
        {horde && <SteeringMenu view={view} horde={horde} />}
        {horde && <Fork view={view} horde={horde} onFork={onFork} />}
        {horde && <ComparisonChoice team={view.team} horde={horde} />}
        {horde && (
          <a
            class="button"
            href={horde.exportUrl(view.team)}
            download
            title="One HTML file to send on; it works offline"
          >
            Export
          </a>
        )}
        <button
          type="button"
          onClick={nextTheme}
          title="Colours: as the system has it, light, or dark"
        >
          {theme.value === 'auto' ? 'Auto' : theme.value === 'light' ? 'Light' : 'Dark'}
        </button>
        <button
          type="button"
          aria-label="Help"
          title="Keys and letters (?)"
          onClick={() => {
            helping.value = true;
          }}
        >
          ?
        </button>
      </div>
      <HelpDialog />
    </header>
  );
}

function Name({ view }: { view: TeamView }) {
  const head = view.head.value;
  const labels = labelsIn(view.story.events[0]?.data);
  const machine = view.story.events[0]?.data['machine'];
  return (
    <>
      <h1 class="name" title={view.team}>
        {view.team}
      </h1>
      <span class="soft">{onOneLine(labels['pattern'] ?? String(machine ?? ''))}</span>
      {head >= 0 && <VerdictBadge verdict={view.story.verdictAt(head)} />}
      {isRehearsal(labels) && (
        <span class="badge" title="Its answers were made up on the spot; no model was asked">
          rehearsal
        </span>
      )}
    </>
  );
}

function Request({ view }: { view: TeamView }) {
  view.head.value;
  const data = view.story.events[0]?.data;
  const text = textIn(fieldsOf(data?.['request'])['text']) ?? labelsIn(data)['request'] ?? '';
  return (
    <p class="team-bar-request grow" title={escapeControls(text.slice(0, REQUEST_MAX))}>
      {onOneLine(text)}
    </p>
  );
}

/** Settled and reserved against the limit, at the revision where one stands. */
function Used({ view }: { view: TeamView }) {
  const at = view.at.value;
  const { settled, reserved, limits } = view.story.metricsAt(at);
  const limit = limits.tokens;
  const share = (amount: Amount) => `${limit ? Math.min(100, (amount.tokens / limit) * 100) : 0}%`;
  const words =
    `${countText(settled.tokens)} tokens settled, ${countText(reserved.tokens)} reserved` +
    `${limit === null ? ', no limit' : ` of ${countText(limit)}`} at revision ${at}`;
  return (
    <div class="team-bar-used number" title={words}>
      {limit !== null && (
        // biome-ignore lint/a11y/useSemanticElements: a meter element cannot show two amounts.
        <div
          class="team-bar-meter"
          role="meter"
          aria-label="Tokens used"
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={Math.min(limit, settled.tokens)}
          aria-valuetext={words}
        >
          <span class="settled" style={{ width: share(settled) }} />
          <span class="reserved" style={{ width: share(reserved) }} />
        </div>
      )}
      <span>
        {countText(settled.tokens)}
        {limit === null ? '' : ` / ${countText(limit)}`} tokens
      </span>
      <span class="soft">${settled.usd.toFixed(settled.usd < 1 ? 4 : 2)}</span>
    </div>
  );
}

function Connection({ view }: { view: TeamView }) {
  if (view.problem.value !== '') return <span class="problem">{view.problem.value}</span>;
  if (view.loading.value) return <span class="soft">reading…</span>;
  if (!view.source.isLive) return <span class="soft">from a file</span>;
  // Nothing follows an end, so nothing is missed when its server has gone.
  const { status } = view.story.verdictAt(view.head.value);
  const hasEnded = ['done', 'failed', 'stopped'].includes(status);
  if (!view.connected.value)
    return (
      <span class={hasEnded ? 'soft' : 'problem'} role="status">
        {hasEnded ? 'its server has gone' : 'connection lost, trying again'}
      </span>
    );
  if (hasEnded) return null;
  return (
    <span class="team-bar-live" title="What comes is shown at once">
      <span class="live-dot" aria-hidden="true" /> live
    </span>
  );
}

function Fork({ view, horde, onFork }: { view: TeamView; horde: Horde; onFork: () => void }) {
  const end = view.story.turnEndAt(view.at.value);
  const reason = !horde.mayChange
    ? 'This page may only look: open the address with the token that "horde ui" has printed'
    : end < 0
      ? 'No turn has ended yet'
      : '';
  return (
    <button
      type="button"
      class="primary"
      disabled={reason !== ''}
      title={reason || `A new team with this past, up to revision ${end}; this one is not touched`}
      onClick={onFork}
    >
      Fork from here
    </button>
  );
}
