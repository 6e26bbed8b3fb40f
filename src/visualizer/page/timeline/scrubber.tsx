/**
 * Moving in time: a range over all revisions under a strip of what happened where, steps, play, and jumps to what matters.
 *
 * Invariant: a step costs the same however long the story; nothing here walks over all events.
 */
import { useEffect } from 'preact/hooks';
import { clockText, durationText, zoneText } from '../shell/duration.ts';
import { DensityStrip } from './density-strip.tsx';
import { JumpBar } from './jump-bar.tsx';
import { PACES } from './playing.ts';
import './scrubber.css';
import type { TeamView } from '../shell/team-view.ts';

/** Half the thumb's width in pixels; the style sheet says the same. */
const THUMB_HALF = 7;

export function Scrubber({ view }: { view: TeamView }) {
  useFrames(view);
  return (
    <section class="scrubber" aria-label="Move in time">
      <div class="scrubber-row">
        <Transport view={view} />
        <div class="scrubber-track">
          <DensityStrip view={view} inset={THUMB_HALF} />
          <Range view={view} />
        </div>
        <Pace view={view} />
      </div>
      <div class="scrubber-row">
        <Position view={view} />
        <JumpBar view={view} />
      </div>
    </section>
  );
}

/** Lends playing the browser's frames while it is on. */
function useFrames(view: TeamView): void {
  const { playing } = view;
  const isOn = playing.isOn.value;
  useEffect(() => {
    if (!isOn) return;
    let last = performance.now();
    let frame = requestAnimationFrame(function next(now) {
      playing.tick(Math.max(0, now - last));
      last = now;
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [isOn, playing]);
}

function Range({ view }: { view: TeamView }) {
  const at = Math.max(0, view.at.value);
  return (
    <input
      class="scrubber-range"
      type="range"
      min={0}
      max={Math.max(0, view.head.value)}
      step={1}
      value={at}
      aria-label="Revision"
      aria-valuetext={positionText(view, at)}
      onInput={(input) => view.jumpTo(Number(input.currentTarget.value))}
    />
  );
}

function Transport({ view }: { view: TeamView }) {
  const [at, head] = [view.at.value, view.head.value];
  const { turnEnds } = view.story;
  const rows = view.rows.value;
  const isOn = view.playing.isOn.value;
  const isFirst = at <= 0;
  const isLast = at >= head;
  return (
    <div class="scrubber-transport">
      <Control does={() => view.jumpTo(0)} off={isFirst} title="First event (Home)" sign="|‹" />
      <Control
        does={() => view.stepTurn(-1)}
        off={!((turnEnds[0] ?? at) < at)}
        title="End of the turn before (K)"
        sign="«"
      />
      <Control
        does={() => view.step(-1)}
        off={rows.before(at) === undefined}
        title="Event before (k)"
        sign="‹"
      />
      <button
        type="button"
        class="scrubber-play"
        aria-pressed={isOn}
        title={`${isOn ? 'Pause' : 'Play'} (space)`}
        onClick={() => view.playing.toggle()}
      >
        {isOn ? 'Pause' : 'Play'}
      </button>
      <Control
        does={() => view.step(1)}
        off={rows.after(at) === undefined}
        title="Next event (j)"
        sign="›"
      />
      <Control
        does={() => view.stepTurn(1)}
        off={!((turnEnds.at(-1) ?? at) > at)}
        title="End of the next turn (J)"
        sign="»"
      />
      <Control
        does={() => view.jumpTo(head)}
        off={isLast && (view.following.value || !view.source.isLive)}
        title={view.source.isLive ? 'Last event, and follow what comes (End)' : 'Last event (End)'}
        sign="›|"
      />
    </div>
  );
}

function Control(props: { does: () => void; off: boolean; title: string; sign: string }) {
  return (
    <button
      type="button"
      disabled={props.off}
      title={props.title}
      aria-label={props.title}
      onClick={props.does}
    >
      {props.sign}
    </button>
  );
}

function Pace({ view }: { view: TeamView }) {
  const { pace } = view.playing;
  return (
    <select
      class="scrubber-pace"
      aria-label="Pace of playing"
      title="Pace of playing; in true time no gap lasts longer than two seconds"
      value={PACES.findIndex(([, one]) => one === pace.value)}
      onChange={(change) => {
        pace.value = PACES[Number(change.currentTarget.value)]![1];
      }}
    >
      {PACES.map(([words], index) => (
        <option key={words} value={index}>
          {words}
        </option>
      ))}
    </select>
  );
}

function Position({ view }: { view: TeamView }) {
  const at = view.at.value;
  if (at < 0) return <p class="scrubber-position soft">{view.loading.value ? 'Reading…' : ''}</p>;
  const isLive = view.following.value && view.source.isLive;
  return (
    <p class="scrubber-position number" title={positionText(view, at)}>
      {isLive && (
        <span
          class="scrubber-live"
          title="The view moves with what comes; go back to stay somewhere"
        >
          following
        </span>
      )}
      <b>revision {at}</b> of {view.head.value} · {positionText(view, at)}
    </p>
  );
}

function positionText({ story }: TeamView, at: number): string {
  const event = story.events[at];
  if (!event) return '';
  const round = story.roundAt(at);
  const since = durationText(event.meta.at - story.eventAt(0).meta.at);
  return [
    `turn ${event.meta.turn}`,
    ...(round === undefined ? [] : [`round ${round}`]),
    `${clockText(event.meta.at)} ${zoneText(event.meta.at)} (+${since})`,
  ].join(' · ');
}
