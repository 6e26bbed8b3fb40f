/** One team: what happened on the left, how it stood then in the middle, the selected event on the right. */
import { useState } from 'preact/hooks';
import { BoardPanel } from '../panels/board/board-panel.tsx';
import { BudgetPanel } from '../panels/budget/budget-panel.tsx';
import { ChartsPanel } from '../panels/charts/charts-panel.tsx';
import { EventPanel } from '../panels/event/event-panel.tsx';
import { MergedPanel } from '../panels/merged/merged-panel.tsx';
import { MessagesPanel } from '../panels/messages/messages-panel.tsx';
import { ReportPanel } from '../panels/report/report-panel.tsx';
import { ForkDialog } from '../steering/fork-dialog.tsx';
import { Scrubber } from '../timeline/scrubber.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { useKeyboard } from './keyboard.ts';
import { TeamBar } from './team-bar.tsx';
import type { Horde } from './team-source.ts';
import type { Panel, TeamView } from './team-view.ts';

const PANELS: Readonly<Record<Panel, [string, (props: { view: TeamView }) => preact.JSX.Element]>> =
  {
    charts: ['Statecharts', ChartsPanel],
    messages: ['Messages', MessagesPanel],
    board: ['Board', BoardPanel],
    budget: ['Budget', BudgetPanel],
    merged: ['Merged state', MergedPanel],
    report: ['Report', ReportPanel],
  };

export function TeamPage({ view, horde }: { view: TeamView; horde: Horde | undefined }) {
  const [forking, fork] = useState(false);
  useKeyboard(view);
  const [, Shown] = PANELS[view.panel.value];
  return (
    <>
      <TeamBar view={view} horde={horde} onFork={() => fork(true)} />
      <Scrubber view={view} />
      <main class="team">
        <section class="left" aria-label="Timeline">
          <Timeline view={view} />
        </section>
        <section class="middle" aria-label="The team at this revision">
          <div class="tabs" role="tablist">
            {Object.entries(PANELS).map(([name, [title]]) => (
              <button
                type="button"
                key={name}
                role="tab"
                aria-selected={view.panel.value === name}
                onClick={() => {
                  view.panel.value = name as Panel;
                }}
              >
                {title}
              </button>
            ))}
          </div>
          <div class="panel" role="tabpanel">
            <Shown view={view} />
          </div>
        </section>
        <section class="right" aria-label="Selected event">
          <EventPanel view={view} />
        </section>
      </main>
      {forking && horde && <ForkDialog view={view} horde={horde} onClose={() => fork(false)} />}
    </>
  );
}
