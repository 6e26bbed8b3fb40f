/**
 * What a person may say to a team that goes on: a word to an agent, pause and continue, stop. It is sent to the team's
 * inbox, as from any other process; what comes of it is seen in the events.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { oneLine } from '../panels/messages/message-gist.ts';
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
  const status = view.story.lifeAt(head)?.status;
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
      (error: Error) => tell(`${words}: ${oneLine(error.message, 400)}`),
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
      <details class="steering" ref={menu}>
        <summary class="button" title="Say something to the team">
          Steer…
        </summary>
        <div class="steering-acts">
          <button
            type="button"
            disabled={agents.length === 0}
            title={agents.length === 0 ? 'No agent is at work' : 'It hears it in its next turn'}
            onClick={() => open('tell')}
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
            onClick={pause}
          >
            {isPaused ? 'Continue' : 'Pause'}
          </button>
          <button type="button" onClick={() => open('stop')}>
            Stop…
          </button>
        </div>
      </details>
      {said !== '' && (
        <output class="steering-said" title={said}>
          <span>{said}</span>
          <button type="button" aria-label="Put this away" onClick={() => tell('')}>
            ×
          </button>
        </output>
      )}
      {asked === 'tell' && (
        <TellForm
          team={view.team}
          agents={agents}
          onClose={() => ask(undefined)}
          onSaid={(to, text) =>
            say(`Told ${oneLine(to, 40)}`, () => horde.tell(view.team, to, text))
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

/** A click elsewhere and Escape close it; after Escape the focus is where it was opened. */
function closeOutside(menu: { current: HTMLDetailsElement | null }): () => void {
  const onClick = (event: MouseEvent) => {
    if (!menu.current?.contains(event.target as Node)) menu.current?.removeAttribute('open');
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
