/**
 * What a person may say to a team that goes on: a word to an agent, pause and continue, stop. It is sent to the team's
 * inbox, as from any other process; what comes of it is seen in the events.
 */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { shortLine } from '../timeline/message-gist.ts';
import { StopForm, TellForm } from './steering-forms.tsx';
import './steering-menu.css';
import type { Horde } from '../shell/team-source.ts';
import type { TeamView } from '../shell/team-view.ts';
import { agentsAtWork, whyNoSteering } from './steering-wish.ts';

type Asked = 'tell' | 'stop';

export function SteeringMenu({ view, horde }: { view: TeamView; horde: Horde }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [asked, ask] = useState<Asked>();
  const [said, tell] = useState('');
  useEffect(() => closeOutside(menu), []);
  const head = view.head.value;
  const status = head < 0 ? undefined : view.story.verdictAt(head).status;
  const reason = whyNoSteering(horde.mayChange, status);
  const agents = agentsAtWork(view.story.standingsAt(head));
  const isPaused = status === 'paused';
  if (reason !== '')
    return (
      <button type="button" disabled title={reason}>
        Steer…
      </button>
    );
  const close = () => menu.current?.removeAttribute('open');
  const say = (words: string, speak: () => Promise<void>) => {
    close();
    tell(`${words}: on its way…`);
    speak().then(
      () => tell(`${words}: the team has it in its inbox; it is heard once somebody leads it`),
      (error: Error) => tell(`${words}: ${shortLine(error.message, 400)}`),
    );
  };
  const open = (what: Asked) => {
    close();
    ask(what);
  };
  const pause = () =>
    isPaused
      ? say('Continue', () => horde.goOn(view.team))
      : say('Pause', () => horde.pause(view.team));
  return (
    <>
      <Acts
        menu={menu}
        isPaused={isPaused}
        mayTell={agents.length > 0}
        onTell={() => open('tell')}
        onPause={pause}
        onStop={() => open('stop')}
      />
      {said !== '' && <Said words={said} onClose={() => tell('')} />}
      {asked === 'tell' && (
        <TellForm
          team={view.team}
          agents={agents}
          onClose={() => ask(undefined)}
          onSaid={(to, text) =>
            say(`Told ${shortLine(to, 40)}`, () => horde.tell(view.team, to, text))
          }
        />
      )}
      {asked === 'stop' && (
        <StopForm
          team={view.team}
          onClose={() => ask(undefined)}
          onSaid={(why) => say('Stop', () => horde.stop(view.team, why))}
        />
      )}
    </>
  );
}

/** What has become of what was said. */
const Said = ({ words, onClose }: { words: string; onClose: () => void }) => (
  <output class="steering-said" title={words}>
    <span>{words}</span>
    <button type="button" aria-label="Put this away" onClick={onClose}>
      ×
    </button>
  </output>
);

/** What can be said, in a menu. */
function Acts({
  menu,
  isPaused,
  mayTell,
  onTell,
  onPause,
  onStop,
}: {
  menu: RefObject<HTMLDetailsElement | null>;
  isPaused: boolean;
  mayTell: boolean;
  onTell: () => void;
  onPause: () => void;
  onStop: () => void;
}) {
  return (
    <details class="steering" ref={menu}>
      <summary class="button" title="Say something to the team">
        Steer…
      </summary>
      <div class="steering-acts">
        <button
          type="button"
          disabled={!mayTell}
          title={mayTell ? 'It hears it in its next turn' : 'No agent is at work'}
          onClick={onTell}
        >
          Tell an agent…
        </button>
        <button
          type="button"
          title={
            isPaused
              ? 'It begins work again'
              : 'No new work is begun; what is under way comes to its end'
          }
          onClick={onPause}
        >
          {isPaused ? 'Continue' : 'Pause'}
        </button>
        <button type="button" onClick={onStop}>
          Stop…
        </button>
      </div>
    </details>
  );
}

/** A click elsewhere and Escape close it; after Escape the focus is where it was opened. */
function closeOutside(menu: { current: HTMLDetailsElement | null }): () => void {
  const onClick = (event: MouseEvent) => {
    const isInside = event.target instanceof Node && menu.current?.contains(event.target);
    if (!isInside) menu.current?.removeAttribute('open');
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !menu.current?.open) return;
    menu.current.removeAttribute('open');
    menu.current.querySelector('summary')?.focus();
  };
  addEventListener('click', onClick);
  addEventListener('keydown', onKey);
  return () => {
    removeEventListener('click', onClick);
    removeEventListener('keydown', onKey);
  };
}
