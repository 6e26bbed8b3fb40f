/** One team: what happened on the left, how it stood then in the middle, the selected event on the right. */
import { useState } from 'preact/hooks';
import { EventPanel } from '../event/event-panel.tsx';
import { PANELS, panelNamed } from '../panels/panels.ts';
import { ForkDialog } from '../steering/fork-dialog.tsx';
import { Scrubber } from '../timeline/scrubber.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { useKeyboard } from './keyboard.ts';
import { TeamBar } from './team-bar.tsx';
import type { Horde } from './team-source.ts';
import type { TeamView } from './team-view.ts';

export function TeamPage({ view, horde }: { view: TeamView; horde: Horde | undefined }) {
  const [forking, fork] = useState(false);
  useKeyboard(view);
  const { name: shown, Shown } = panelNamed(view.panel.value);
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
            {PANELS.map(({ name, title }) => (
              <button
                type="button"
                key={name}
                role="tab"
                aria-selected={name === shown}
                onClick={() => {
                  view.panel.value = name;
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
