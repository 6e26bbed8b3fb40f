/**
 * The team at the revision at which one stands: all actors in a strip, and their statecharts below. By default the
 * chart of whoever moved last is large; one can hold on to one actor, or see all of them small.
 */

import { useComputed, useSignal } from '@preact/signals';
import type { TeamView } from '../../shell/team-view.ts';
import type { Panel } from '../panel.ts';
import { inOrder } from './actor-order.ts';
import { ActorStrip } from './actor-strip.tsx';
import { ChartCard } from './chart-card.tsx';
import './charts-panel.css';

type Layout = 'moving' | 'one' | 'all';

export const chartsPanel: Panel = { name: 'charts', title: 'Statecharts', Shown: ChartsPanel };

function ChartsPanel({ view }: { view: TeamView }) {
  const layout = useSignal<Layout>('moving');
  const chosen = useSignal<string | null>(null);
  const standings = useComputed(() => {
    view.version.value;
    return view.story.standingsAt(view.at.value);
  });
  const { story } = view;
  const at = view.at.value;
  const ordered = inOrder(story, standings.value, at);
  if (ordered.length === 0) return <p class="nothing">Nobody has joined the team yet.</p>;
  const one = ordered.find(({ actor }) => actor === chosen.value) ?? ordered[0]!;
  const large = { moving: ordered[0]!, one, all: undefined }[layout.value];
  const shown = layout.value === 'one' ? [one] : layout.value === 'all' ? standings.value : ordered;
  const choose = (actor: string) => {
    const again = layout.value === 'one' && chosen.value === actor;
    chosen.value = actor;
    layout.value = again ? 'moving' : 'one';
  };
  return (
    <div class="charts-panel">
      <ActorStrip
        story={story}
        standings={standings.value}
        at={at}
        chosen={layout.value === 'one' ? one.actor : null}
        onChoose={choose}
      />
      <Layouts
        layout={layout.value}
        one={one.actor}
        onLayout={(wanted) => {
          if (wanted === 'one') chosen.value = large?.actor ?? one.actor;
          layout.value = wanted;
        }}
      />
      <div class={`charts-panel-cards ${layout.value}`}>
        {shown.map(({ actor, machine }) => (
          <ChartCard
            key={`${actor} ${machine}`}
            {...{ view, actor, machine, standings }}
            isLarge={actor === large?.actor}
            onChoose={() => choose(actor)}
          />
        ))}
      </div>
    </div>
  );
}

function Layouts({
  layout,
  one,
  onLayout,
}: {
  layout: Layout;
  one: string;
  onLayout(layout: Layout): void;
}) {
  const titles: [Layout, string][] = [
    ['moving', 'Who moved first'],
    ['one', layout === 'one' ? `Only ${one}` : 'Only one'],
    ['all', 'All, small'],
  ];
  return (
    <fieldset class="charts-panel-layouts">
      <legend class="unseen">Which charts</legend>
      {titles.map(([name, title]) => (
        <button
          type="button"
          key={name}
          aria-pressed={layout === name}
          onClick={() => onLayout(name)}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}
