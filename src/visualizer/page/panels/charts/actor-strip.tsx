/** All actors of a team in a few lines: who they are, in which state, and who has just moved. */

import type { Standing } from '../../shell/cast.ts';
import type { TeamStory } from '../../shell/story.ts';
import { shortLine } from '../../timeline/message-gist.ts';
import { stateText } from './active-states.ts';
import { type ActorGroup, groupOf, hasMoved } from './actor-order.ts';

interface Props {
  story: TeamStory;
  standings: readonly Standing[];
  at: number;
  /** Whose chart is large because it was chosen. */
  chosen: string | null;
  onChoose(actor: string): void;
}

/** Characters of a role that are shown. */
const ROLE_MAX = 80;

const GROUPS: readonly ActorGroup[] = ['runtime', 'pattern', 'agents'];

export function ActorStrip({ story, standings, at, chosen, onChoose }: Props) {
  const [root] = story.cast.actors;
  return (
    <div class="actor-strip">
      {GROUPS.map((group) => {
        const members = standings.filter((standing) => groupOf(standing, root) === group);
        if (members.length === 0) return null;
        return (
          // biome-ignore lint/a11y/useSemanticElements: the legend of a fieldset cannot stand beside it.
          <div key={group} class="actor-strip-group" role="group" aria-label={group}>
            <span class="title" aria-hidden="true">
              {group}
            </span>
            {members.map((standing) => (
              <Actor
                key={standing.actor}
                standing={standing}
                moved={hasMoved(story, standing, at)}
                isChosen={chosen === standing.actor}
                onChoose={onChoose}
              />
            ))}
          </div>
        );
      })}
    </div>
  );
}

function Actor({
  standing: { actor, machine, role, state, status },
  moved,
  isChosen,
  onChoose,
}: {
  standing: Standing;
  moved: boolean;
  isChosen: boolean;
  onChoose(actor: string): void;
}) {
  const what = shortLine(role || machine, ROLE_MAX);
  return (
    <button
      type="button"
      class={`actor-strip-actor ${status}${moved ? ' moved' : ''}`}
      aria-pressed={isChosen}
      title={`${actor}: ${what}, ${status}${moved ? ', moved in this turn' : ''}`}
      onClick={() => onChoose(actor)}
    >
      <span class="who">
        <b>{actor}</b>
        {what !== actor && <span class="soft"> {what}</span>}
      </span>
      <span class="state mono">
        {moved && <span aria-hidden="true">▸ </span>}
        {stateText(state) || 'not started'}
        {status !== 'active' && <span class="soft"> ({status})</span>}
        {moved && <span class="unseen"> moved in this turn</span>}
      </span>
    </button>
  );
}
