/**
 * The event that is looked at: what it says first, then why it came to be and what came of it, then everything that is
 * recorded of it.
 *
 * Invariant: what has to be fetched or followed back is so only for an event that one stays with; passing by costs nothing.
 */

import type { JsonObject, RecordedEvent } from '../../../events/event.ts';
import { fieldsOf, numberIn } from '../../../events/fields.ts';
import { escapeControls } from '../../../projections/conversation/framing.ts';
import { lineOf } from '../../../projections/transcript/transcript.ts';
import { recorded } from '../../shared/wire.ts';
import { clockText, durationText, momentText, zoneText } from '../shell/duration.ts';
import '../timeline/event-kind.css';
import { eventLine, KIND_WORDS, typeWords } from '../timeline/event-line.ts';
import './event-panel.css';
import { useFetched, useSettled } from '../shell/fetched.ts';
import type { TeamView } from '../shell/team-view.ts';
import { TextBox } from '../shell/text-box.tsx';
import { CauseSection, EffectsSection, MaterialSection, WorkSection } from './event-links.tsx';
import { JsonTree } from './json-tree.tsx';
import { MindChange } from './mind-change.tsx';
import { Blocks, PromptView } from './prompt-view.tsx';
import { Section } from './section.tsx';

export function EventPanel({ view }: { view: TeamView }) {
  const selected = view.selected.value;
  const settled = useSettled(selected);
  const shown = view.story.events[selected];
  const isCut = view.story.cuts.has(selected);
  const whole = useFetched(isCut && settled !== undefined ? String(settled) : undefined, () =>
    view.source.event(view.team, selected),
  );
  if (!shown)
    return <p class="nothing">{view.loading.value ? 'Reading…' : 'No event is selected.'}</p>;
  const event = whole.state === 'there' && isCut ? recorded(view.team, whole.value) : shown;
  const change = view.story.changeOfMindAt(selected);
  return (
    <div class="event-panel">
      <Head view={view} event={event} />
      {change && <MindChange view={view} change={change} />}
      <Saying view={view} event={event} />
      {isCut && whole.state !== 'there' && (
        <p class={whole.state === 'failed' ? 'problem' : 'soft'}>
          {whole.state === 'failed'
            ? `Only the beginning is here: ${whole.message}`
            : 'Fetching the whole event…'}
        </p>
      )}
      {settled !== undefined && <Depths view={view} event={event} />}
    </div>
  );
}

/** What takes more than a look: not drawn for an event that one only passes by. */
function Depths({ view, event }: { view: TeamView; event: RecordedEvent }) {
  const { revision } = event;
  return (
    <>
      <MaterialSection view={view} revision={revision} />
      {isModelCall(event) && (
        <Section title="The prompt, rebuilt">
          <PromptView view={view} revision={revision} />
        </Section>
      )}
      <CauseSection view={view} revision={revision} />
      <EffectsSection view={view} revision={revision} />
      <WorkSection view={view} event={event} />
      <Section title="Data" note={sizeText(event)}>
        <JsonTree value={event.data} open />
      </Section>
      <Section title="About the telling" isFolded>
        <JsonTree value={{ ...event.meta } as JsonObject} open />
      </Section>
    </>
  );
}

function Head({ view, event }: { view: TeamView; event: RecordedEvent }) {
  const { revision, type, meta } = event;
  const kind = view.story.kindAt(revision);
  const [letter, words] = KIND_WORDS[kind];
  const at = view.at.value;
  const since = meta.at - view.story.eventAt(0).meta.at;
  return (
    <header class={`event-panel-head of-${kind}`}>
      <h2>
        <span class="timeline-kind" title={words}>
          {letter}
        </span>{' '}
        {typeWords(type)} <code class="event-panel-type">{escapeControls(type)}</code>
      </h2>
      <p class="soft number" title={momentText(meta.at)}>
        revision {revision} · turn {meta.turn}
        {meta.last ? ' (its last)' : ''} · {clockText(meta.at)} {zoneText(meta.at)} (+
        {durationText(since)})
      </p>
      <Heard event={event} />
      {revision !== at && (
        <p>
          {revision > at ? 'Not yet at ' : 'Before '}revision {at}, where you stand.{' '}
          <button type="button" onClick={() => view.jumpTo(revision)}>
            Go there
          </button>
        </p>
      )}
    </header>
  );
}

function Heard({ event }: { event: RecordedEvent }) {
  const { by } = eventLine(event);
  const { to = [], deaf = [], undeliverable = [], origin } = event.meta;
  return (
    <p class="event-panel-heard">
      said by <b>{by || 'the runtime'}</b>
      {origin && (
        <>
          {' '}
          (first said at <code>{origin}</code>)
        </>
      )}
      {to.length > 0 && ', heard by '}
      {to.map((actor, index) => (
        <span key={actor}>
          {index > 0 && ', '}
          <b>{actor}</b>
          {deaf.includes(actor) && (
            <span class="event-panel-mark" title="It heard this and could not act on it">
              deaf to it
            </span>
          )}
        </span>
      ))}
      {to.length === 0 && ', heard by nobody'}
      {undeliverable.map((actor) => (
        <span key={actor}>
          , <b>{actor}</b>
          <span class="event-panel-mark bad" title="It does not exist, or has stopped">
            not delivered
          </span>
        </span>
      ))}
    </p>
  );
}

/** What it says, for people: a reply block by block, all else as the transcript tells it. */
function Saying({ view, event }: { view: TeamView; event: RecordedEvent }) {
  const { content } = event.data;
  if (event.type === 'model.replied' && Array.isArray(content))
    return (
      <Section title="The reply" note={usageText(event)}>
        <Blocks content={content as []} />
      </Section>
    );
  const { text } = lineOf(event);
  if (text === '') return null;
  const isSaid =
    event.type.startsWith('message.') || view.story.grantOf(event.revision) !== undefined;
  return (
    <Section title={isSaid ? 'What was said' : 'In words'}>
      <TextBox text={text} label="What it says" />
    </Section>
  );
}

/** An event that has a prompt: what a model was asked for it. */
function isModelCall({ type, data }: RecordedEvent): boolean {
  if (type === 'work.admitted') return data['src'] === 'callModel';
  return type === 'model.replied' || type === 'model.failed';
}

function usageText({ data }: RecordedEvent): string {
  if (data['usage'] === undefined) return '';
  const usage = fieldsOf(data['usage']);
  const of = (kind: string) => numberIn(usage[kind]) ?? 0;
  const input = of('inputTokens') + of('cacheReadTokens') + of('cacheWriteTokens');
  const rehearsed = data['rehearsal'] === true ? ', rehearsed' : '';
  const took = durationText(Number(data['latencyMs'] ?? 0));
  return `${input.toLocaleString()} tokens in, ${of('outputTokens').toLocaleString()} out, ${took}${rehearsed}`;
}

/** The size, where it is worth a word. */
function sizeText({ data }: RecordedEvent): string {
  const characters = JSON.stringify(data).length;
  return characters < 2000 ? '' : `${characters.toLocaleString()} characters`;
}
