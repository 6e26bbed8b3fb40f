/** How an event hangs together with others: its causes back to the request, its effects, its work, what was seen before. */

import { useState } from 'preact/hooks';
import type { RecordedEvent } from '../../../events/event.ts';
import { fieldsOf, numberIn } from '../../../events/fields.ts';
import { type CauseChain, causeChain } from '../../../projections/causes/cause-chain.ts';
import { escapeControls } from '../../../projections/conversation/framing.ts';
import { momentText } from '../shell/duration.ts';
import type { TeamView } from '../shell/team-view.ts';
import { eventLine, KIND_WORDS } from '../timeline/event-line.ts';
import { Section } from './section.tsx';

/** Links that are listed at first. */
const LINKS_SHOWN = 12;

/** For a move: what its maker had been shown for that turn. */
export function MaterialSection({ view, revision }: { view: TeamView; revision: number }) {
  const { story } = view;
  const granted = story.grantOf(revision);
  if (granted === undefined) return null;
  const { material, round } = story.eventAt(granted).data;
  const seen = Array.isArray(material) ? material.map(Number) : [];
  return (
    <Section title="Judged after seeing" note={`turn granted in round ${String(round)}`}>
      <Links view={view} revisions={[...seen, granted]} />
    </Section>
  );
}

export function EffectsSection({ view, revision }: { view: TeamView; revision: number }) {
  view.version.value;
  const effects = view.story.effectsOf(revision);
  if (effects.length === 0) return null;
  return (
    <Section title="Effects" note={String(effects.length)}>
      <Links view={view} revisions={effects} />
    </Section>
  );
}

/** For work: that it was admitted, what was reserved for it, how it was settled. */
export function WorkSection({ view, event }: { view: TeamView; event: RecordedEvent }) {
  view.version.value;
  const work = event.meta.work ?? event.data['work'];
  if (typeof work !== 'string') return null;
  const events = view.story.ofWork(work).map((revision) => view.story.eventAt(revision));
  const reserved = events.findLast(({ type }) => type === 'work.admitted')?.data['reserved'];
  const amount = fieldsOf(reserved);
  const [tokens, usd] = [numberIn(amount['tokens']), numberIn(amount['usd'])];
  return (
    <Section title="Work" note={work}>
      {tokens !== undefined && (tokens > 0 || Number(usd) > 0) && (
        <p class="number">
          reserved {tokens.toLocaleString()} tokens, ${Number(usd).toFixed(4)}
        </p>
      )}
      <Links view={view} revisions={events.map(({ revision }) => revision)} />
    </Section>
  );
}

export function CauseSection({ view, revision }: { view: TeamView; revision: number }) {
  const [isWhole, show] = useState(false);
  const cause = view.story.causeOf(revision);
  if (revision === 0) return null;
  return (
    <Section title="Cause">
      {cause === undefined ? (
        <p class="soft">It came from outside, or at the end of a turn.</p>
      ) : (
        <Links view={view} revisions={[cause]} />
      )}
      <button
        type="button"
        class="event-panel-why"
        aria-expanded={isWhole}
        onClick={() => show(!isWhole)}
      >
        {isWhole ? 'Hide the chain' : 'Why? The whole chain, back to the request'}
      </button>
      {isWhole && <Chain view={view} to={revision} />}
    </Section>
  );
}

const ENDS: Readonly<Record<CauseChain['origin'], string>> = {
  request: 'It began with the request.',
  outside: 'It began with a word from outside.',
  leader: 'It began when a leader took the team.',
};

/** From the event back to where it began. */
function Chain({ view, to }: { view: TeamView; to: number }) {
  const { steps, tokens, origin } = causeChain(view.story.events, to);
  const back = steps.map(({ revision }) => revision).reverse();
  return (
    <>
      <p class="soft number">
        {steps.length.toLocaleString()} steps, {tokens.toLocaleString()} tokens. {ENDS[origin]}
      </p>
      <Links view={view} revisions={back} isOrdered />
    </>
  );
}

function Links({
  view,
  revisions,
  isOrdered = false,
}: {
  view: TeamView;
  revisions: readonly number[];
  isOrdered?: boolean;
}) {
  const [shown, show] = useState(LINKS_SHOWN);
  const rest = revisions.length - shown;
  const List = isOrdered ? 'ol' : 'ul';
  return (
    <List class="event-links">
      {revisions.slice(0, shown).map((revision) => (
        <li key={revision}>
          <EventLink view={view} revision={revision} />
        </li>
      ))}
      {rest > 0 && (
        <li>
          <button type="button" onClick={() => show(shown * 4)}>
            {Math.min(rest, shown * 3).toLocaleString()} of {rest.toLocaleString()} more
          </button>
        </li>
      )}
    </List>
  );
}

function EventLink({ view, revision }: { view: TeamView; revision: number }) {
  const event = view.story.events[revision];
  if (!event) return <span class="soft">revision {revision} is not here</span>;
  const { by, text } = eventLine(event);
  const kind = view.story.kindAt(revision);
  return (
    <button
      type="button"
      class={`event-link of-${kind}`}
      aria-current={view.selected.value === revision ? 'true' : undefined}
      title={`Go to revision ${revision}, ${momentText(event.meta.at)}`}
      onClick={() => view.jumpTo(revision)}
    >
      <span class="number soft">{revision}</span>
      <span class="timeline-kind" title={KIND_WORDS[kind][1]}>
        {KIND_WORDS[kind][0]}
      </span>
      <span class="event-link-text">
        <b>{by || 'runtime'}</b> <span class="timeline-type">{escapeControls(event.type)}</span>{' '}
        {text}
      </span>
    </button>
  );
}
