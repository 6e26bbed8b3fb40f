/** A part of what is shown of an event, under its title. */
import type { ComponentChildren } from 'preact';

export function Section({
  title,
  note = '',
  isFolded = false,
  children,
}: {
  title: string;
  note?: string;
  isFolded?: boolean;
  children: ComponentChildren;
}) {
  return (
    <details class="event-panel-section" open={!isFolded}>
      <summary>
        <h3>{title}</h3> <span class="soft">{note}</span>
      </summary>
      {children}
    </details>
  );
}
