/** A change of mind in a sentence, with the ways to what it was and to what it was over. */
import type { ChangeOfMind } from '../../../projections/decisions/changes-of-mind.ts';
import { eventLine, onOneLine, typeWords } from '../timeline/event-line.ts';
import './mind-change.css';
import type { TeamView } from '../shell/team-view.ts';

/** What an agent was shown that is named; the others are counted. */
const REASONS_NAMED = 4;

export function MindChange({ view, change }: { view: TeamView; change: ChangeOfMind }) {
  const { agent, revision, before, over } = change;
  const { events } = view.story;
  const words = (at: number) => typeWords(events[at]?.type ?? '').toLowerCase();
  const more = over.length - REASONS_NAMED;
  return (
    <p class="mind-change">
      <span class="mind-change-sign" aria-hidden="true">
        ◆
      </span>{' '}
      <b>{agent} changed its mind</b>: {words(before)} at <GoTo view={view} revision={before} /> →{' '}
      {words(revision)} at <GoTo view={view} revision={revision} />
      {over.length > 0 && ', over '}
      {over.slice(0, REASONS_NAMED).map((reason, index) => (
        <span key={reason}>
          {index > 0 && ', '}
          {words(reason)}
          {said(view, reason)} at <GoTo view={view} revision={reason} />
        </span>
      ))}
      {more > 0 && ` and ${more} more that it was shown`}
      {over.length === 0 && '; nothing new was shown to it'}
    </p>
  );
}

function said({ story }: TeamView, revision: number): string {
  const event = story.events[revision];
  const by = event ? eventLine(event).by : '';
  return by === '' ? '' : ` by ${by}`;
}

/** A revision that one goes to. */
function GoTo({ view, revision }: { view: TeamView; revision: number }) {
  const event = view.story.events[revision];
  return (
    <button
      type="button"
      class="go-to number"
      title={event ? `Go to ${onOneLine(event.type)}: ${eventLine(event).text.slice(0, 160)}` : ''}
      disabled={!event}
      onClick={() => view.jumpTo(revision)}
    >
      {revision}
    </button>
  );
}
