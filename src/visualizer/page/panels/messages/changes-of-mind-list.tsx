/** Which agents changed their minds, when, and over which message: a sentence each, with links. */
import { useState } from 'preact/hooks';
import type { ChangeOfMind } from '../../../../projections/decisions/changes-of-mind.ts';
import { lastWhere } from '../../shell/ascending.ts';
import type { TeamView } from '../../shell/team-view.ts';
import { messageGist, shortLine, typeInWords } from '../../timeline/message-gist.ts';

/** Sentences that are shown before one asks for all, and the most there are then. */
const FEW = 3;
const MANY = 200;
/** Messages that are named beside the newest. */
const OTHERS = 4;

export function ChangesOfMindList({ view }: { view: TeamView }) {
  const [all, showAll] = useState(false);
  view.version.value;
  const changes = view.story.changesOfMind();
  if (changes.length === 0)
    return <p class="messages-minds soft">No agent has changed its mind.</p>;
  const most = all ? MANY : FEW;
  // Those around where one stands, where there is no room for all.
  const here = lastWhere(changes, ({ revision }) => revision <= view.at.value);
  const from = Math.max(0, Math.min(here - Math.floor(most / 2), changes.length - most));
  const shown = changes.slice(from, from + most);
  return (
    <section class="messages-minds" aria-label="Changes of mind">
      <h2>{changes.length === 1 ? '1 change of mind' : `${changes.length} changes of mind`}</h2>
      <ul>
        {shown.map((change) => (
          <Sentence key={change.revision} view={view} change={change} />
        ))}
      </ul>
      {changes.length > FEW && (
        <button type="button" onClick={() => showAll(!all)}>
          {all ? 'Fewer' : changes.length > MANY ? `${MANY} around here` : 'All'}
        </button>
      )}
    </section>
  );
}

function Sentence({ view, change }: { view: TeamView; change: ChangeOfMind }) {
  const { agent, before, revision, over } = change;
  const [reason, ...others] = over;
  const isLater = revision > view.at.value;
  return (
    <li class={isLater ? 'later' : ''}>
      <b>{shortLine(agent)}</b> changed its mind, from <Said view={view} revision={before} /> to{' '}
      <Said view={view} revision={revision} />
      {reason === undefined ? (
        '; nothing was shown to it in between'
      ) : (
        <>
          , over <Reason view={view} revision={reason} />
        </>
      )}
      {others.length > 0 && (
        <span class="soft">
          {' '}
          (it was also shown{' '}
          {others.slice(0, OTHERS).map((one) => (
            <Link key={one} view={view} revision={one}>
              {one}
            </Link>
          ))}
          {others.length > OTHERS && ` and ${others.length - OTHERS} more`})
        </span>
      )}
    </li>
  );
}

function Said({ view, revision }: { view: TeamView; revision: number }) {
  return (
    <Link view={view} revision={revision}>
      {typeInWords(view.story.events[revision]?.type ?? '')} ({revision})
    </Link>
  );
}

/** The message itself, with who said it and its first words. */
function Reason({ view, revision }: { view: TeamView; revision: number }) {
  const event = view.story.events[revision];
  if (!event) return <>{revision}</>;
  const by = event.meta.actor ?? String(event.data['by'] ?? '');
  return (
    <>
      <Link view={view} revision={revision}>
        {typeInWords(event.type)} of {shortLine(by)} ({revision})
      </Link>{' '}
      <q>{shortLine(messageGist(event), 90)}</q>
    </>
  );
}

function Link(props: { view: TeamView; revision: number; children: preact.ComponentChildren }) {
  return (
    <button
      type="button"
      class="messages-link"
      title="Click: select. Twice: go there."
      onClick={() => props.view.select(props.revision)}
      onDblClick={() => props.view.jumpTo(props.revision)}
    >
      {props.children}
    </button>
  );
}
