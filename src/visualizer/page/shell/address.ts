/**
 * Keeps the page's address in step with what one looks at, so that it can be sent on: the revision where one stands, and
 * the panel. At the head of a team that goes on it names no revision: whoever opens it then sees what is newest.
 */
import { effect, untracked } from '@preact/signals';
import { isPanel, panelNamed } from '../panels/panels.ts';
import { hrefOf, route } from './route.ts';
import type { TeamView } from './team-view.ts';

/** Browsers refuse more than some changes a second. */
const EVERY_MS = 400;

/** Follows the view, and takes the view where another address of the same team leads; until called off. */
export function keepAddress(view: TeamView): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopReading = effect(() => {
    const to = route.value;
    if (to.name !== 'team' || to.team !== view.team) return;
    const { at, panel } = to;
    untracked(() => {
      if (panel !== undefined && isPanel(panel)) view.panel.value = panel;
      // Before the events are here the view itself knows what is wanted.
      if (at !== undefined && view.story.head >= 0) view.goTo(at);
    });
  });
  const stopWriting = effect(() => {
    const isAtHead = view.following.value || view.at.value < 0;
    const at = isAtHead || view.loading.value ? undefined : view.at.value;
    const href = hrefOf({
      name: 'team',
      team: view.team,
      at,
      panel: panelNamed(view.panel.value).name,
    });
    if (view.loading.value) return;
    clearTimeout(timer);
    timer = setTimeout(() => write(href), EVERY_MS);
  });
  return () => {
    clearTimeout(timer);
    stopReading();
    stopWriting();
  };
}

function write(href: string): void {
  try {
    if (location.hash !== href) history.replaceState(null, '', href);
  } catch {
    // A page from a file may not write its address in every browser; it works without.
  }
}
