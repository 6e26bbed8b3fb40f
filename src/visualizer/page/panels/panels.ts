/** The panels of the page of a team, in the order of their tabs and of the keys 1, 2, 3 … */

import { boardPanel } from './board/board-panel.tsx';
import { budgetPanel } from './budget/budget-panel.tsx';
import { chartsPanel } from './charts/charts-panel.tsx';
import { mergedPanel } from './merged/merged-panel.tsx';
import { messagesPanel } from './messages/messages-panel.tsx';
import type { Panel } from './panel.ts';
import { reportPanel } from './report/report-panel.tsx';

export const PANELS: readonly [Panel, ...Panel[]] = [
  chartsPanel,
  messagesPanel,
  boardPanel,
  budgetPanel,
  mergedPanel,
  reportPanel,
];

export const isPanel = (name: string): boolean => PANELS.some((panel) => panel.name === name);

/** The panel of a name; the first for a name that no panel has. */
export const panelNamed = (name: string): Panel =>
  PANELS.find((panel) => panel.name === name) ?? PANELS[0];
