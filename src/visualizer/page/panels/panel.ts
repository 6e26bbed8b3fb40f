/** A panel: one way to look at a team at a revision. It has a folder here and an entry in `panels.ts`, and nothing else. */
import type { JSX } from 'preact';
import type { TeamView } from '../shell/team-view.ts';

export interface Panel {
  /** As the address names it. */
  readonly name: string;
  /** As its tab names it. */
  readonly title: string;
  readonly Shown: (props: { readonly view: TeamView }) => JSX.Element;
}
