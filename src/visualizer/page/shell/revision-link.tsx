/** The way to the event that says something: it reads like a link, and goes there like a click on the event's row. */
import type { ComponentChildren } from 'preact';
import './revision-link.css';
import type { TeamView } from './team-view.ts';

export function RevisionLink(props: {
  view: TeamView;
  revision: number;
  /** Default: `at` and the revision. */
  children?: ComponentChildren;
}) {
  const { view, revision, children } = props;
  return (
    <button
      type="button"
      class="revision-link"
      title={`Go to revision ${revision}`}
      onClick={() => view.jumpTo(revision)}
    >
      {children ?? `at ${revision}`}
    </button>
  );
}
