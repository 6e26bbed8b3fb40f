/** One actor's chart under its name, with what led the actor to where it stands. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { RecordedEvent } from '../../../../events/event.ts';
import type { ChartDrawing } from '../../../shared/wire.ts';
import type { Standing } from '../../shell/cast.ts';
import type { TeamView } from '../../shell/team-view.ts';
import { onOneLine } from '../../timeline/event-line.ts';
import { stateText } from './active-states.ts';
import { chartOf, statesSeen } from './chart-drawings.ts';
import { ChartFrame } from './chart-frame.tsx';
import { type ChartMoment, momentsOf } from './chart-moment.ts';
import { ChartView } from './chart-view.tsx';

interface Props {
  view: TeamView;
  actor: string;
  machine: string;
  standings: ReadonlySignal<readonly Standing[]>;
  isLarge: boolean;
  /** Makes it large, or lets it go again. */
  onChoose(): void;
}

export function ChartCard({ view, actor, machine, standings, isLarge, onChoose }: Props) {
  const asked = chartOf(view.source, machine).value;
  return (
    <article
      class={`chart-card ${asked.is}${isLarge ? ' large' : ''}`}
      aria-label={`Statechart of ${actor}`}
    >
      {asked.is === 'there' ? (
        <Drawn
          key={machine}
          {...{ view, actor, standings, isLarge, onChoose }}
          drawing={asked.chart}
        />
      ) : (
        <>
          <header>
            <b>{actor}</b> <span class="soft">{machine}</span>
          </header>
          {asked.is === 'coming' && <p class="nothing">The chart is being drawn …</p>}
          {asked.is === 'failed' && <p class="nothing problem">{asked.problem}</p>}
          {asked.is === 'unknown' && <Unknown {...{ view, actor, machine }} />}
        </>
      )}
    </article>
  );
}

function Drawn({
  view,
  actor,
  drawing,
  standings,
  isLarge,
  onChoose,
}: Omit<Props, 'machine'> & { drawing: ChartDrawing }) {
  const moment = useMemo(() => {
    const momentOf = momentsOf(view.story, drawing);
    return computed(() => {
      const standing = standings.value.find((one) => one.actor === actor);
      return momentOf(standing, view.at.value);
    });
  }, [view, drawing, actor, standings]);
  return (
    <>
      <header>
        <button type="button" class="name" aria-pressed={isLarge} onClick={onChoose}>
          {actor}
        </button>
        <span class="soft">{drawing.machine}</span>
        <Took view={view} moment={moment} />
      </header>
      <ChartFrame drawing={drawing} moment={moment} isSmall={!isLarge}>
        <ChartView drawing={drawing} moment={moment} label={`Statechart of ${actor}`} />
      </ChartFrame>
    </>
  );
}

function Took({ view, moment }: { view: TeamView; moment: ReadonlySignal<ChartMoment> }) {
  const { event, taken, isNow, active, heard } = moment.value;
  if (!event) return <span class="soft">has not begun</span>;
  return (
    <>
      <b class="mono">{[...active.leaves, ...active.unknown].join(' | ')}</b>
      <span class={isNow ? 'took now' : 'took'}>
        {taken.length > 0 ? 'took: ' : 'changed by '}
        <Told view={view} event={event} />
        {taken.length === 0 && <span class="soft"> its way cannot be told for sure</span>}
      </span>
      {heard && (
        <span class="took">
          heard <Told view={view} event={heard} /> and stayed
        </span>
      )}
      {active.unknown.length > 0 && (
        <span class="problem" role="note">
          The log says {active.unknown.join(', ')}, which this chart does not know: the team was
          written by another version.
        </span>
      )}
    </>
  );
}

const Told = ({ view, event }: { view: TeamView; event: RecordedEvent }) => (
  <>
    <span class="mono">{onOneLine(event.type)}</span>{' '}
    <button type="button" class="link" onClick={() => view.goTo(event.revision)}>
      (revision {event.revision})
    </button>
  </>
);

function Unknown({ view, actor, machine }: Pick<Props, 'view' | 'actor' | 'machine'>) {
  const { version, at, story } = view;
  version.value;
  const state = stateText(story.stateAt(actor, at.value));
  const seen = statesSeen(story, actor);
  return (
    <div class="chart-card-unknown">
      <p>
        There is no machine “{machine}” here to draw a chart from. It is
        {state === '' ? ' in no state that was told' : ' in '}
        <b class="mono">{state}</b>; it was seen in:
      </p>
      <ul>
        {seen.map((path) => (
          <li key={path} class="mono">
            {path === state ? <b>▸ {path}</b> : path}
          </li>
        ))}
      </ul>
    </div>
  );
}
