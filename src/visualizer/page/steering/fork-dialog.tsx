/** Lets a team go on differently from here: with another model, other limits, or another next answer. */

import { useRef, useState } from 'preact/hooks';
import type { ForkMade } from '../../shared/wire.ts';
import { useOpenDialog } from '../shell/mounted.ts';
import { problemOf } from '../shell/problem.ts';
import { askedOf, editable, type ForkChoice, nextReply, replierOf } from './fork-wish.ts';
import './fork-dialog.css';
import { hrefOf } from '../shell/route.ts';
import type { Horde } from '../shell/team-source.ts';
import type { TeamView } from '../shell/team-view.ts';
import { shortLine } from '../timeline/message-gist.ts';

interface Props {
  view: TeamView;
  horde: Horde;
  onClose(): void;
}

const NOTHING: ForkChoice = {
  model: '',
  rounds: '',
  budgetTokens: '',
  budgetUsd: '',
  isAnswered: false,
  actor: '',
  answer: '',
};

export function ForkDialog({ view, horde, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [at] = useState(() => ({
    wanted: view.at.value,
    end: view.story.turnEndAt(view.at.value),
  }));
  useOpenDialog(dialog);
  return (
    // Keys within the dialog are its own: the page behind it does not scrub.
    <dialog
      class="fork"
      ref={dialog}
      aria-labelledby="fork-title"
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <h1 id="fork-title">
        Fork {view.team} at revision {at.end}
      </h1>
      <p class="soft">
        A new team shares all up to revision {at.end} and goes on from there; this one is not
        touched. Answers to the same requests are taken over and cost nothing.
        {at.end !== at.wanted && at.end >= 0 && (
          <b>
            {' '}
            Revision {at.wanted} lies within a turn: the fork is at {at.end}, the end of the turn
            before.
          </b>
        )}
      </p>
      {at.end < 0 ? (
        <Refused
          onClose={onClose}
          why="No turn has ended by here: go on a little and fork there."
        />
      ) : !horde.mayChange ? (
        <Refused
          onClose={onClose}
          why="This page may only look: open it by the address, with the token, that horde ui printed."
        />
      ) : (
        <Form view={view} horde={horde} at={at.end} onClose={onClose} />
      )}
    </dialog>
  );
}

function Refused({ why, onClose }: { why: string; onClose(): void }) {
  return (
    <>
      <p class="problem">{why}</p>
      <div class="fork-buttons">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}

function Form({ view, horde, at, onClose }: Props & { at: number }) {
  const [wish, setWish] = useState(NOTHING);
  const [isBusy, busy] = useState(false);
  const [problem, setProblem] = useState('');
  const [made, make] = useState<ForkMade>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem('');
    try {
      const asked = askedOf(at, wish);
      busy(true);
      make(await horde.fork(view.team, asked));
    } catch (error) {
      setProblem(shortLine(problemOf(error), 400));
    } finally {
      busy(false);
    }
  };
  if (made) return <Made made={made} origin={view.team} onClose={onClose} />;
  const change = (news: Partial<ForkChoice>) => setWish((before) => ({ ...before, ...news }));
  return (
    <form onSubmit={submit}>
      <div class="fork-fields">
        <Field
          name="Model"
          hint="as before"
          value={wish.model}
          set={(model) => change({ model })}
        />
        <Field
          name="Rounds in all"
          hint="as before"
          value={wish.rounds}
          set={(rounds) => change({ rounds })}
        />
        <Field
          name="Budget, tokens"
          hint={limitHint(view, at, 'tokens')}
          value={wish.budgetTokens}
          set={(budgetTokens) => change({ budgetTokens })}
        />
        <Field
          name="Budget, US dollars"
          hint={limitHint(view, at, 'usd')}
          value={wish.budgetUsd}
          set={(budgetUsd) => change({ budgetUsd })}
        />
      </div>
      <Answer view={view} at={at} wish={wish} change={change} />
      <p class="problem" role="alert">
        {problem}
      </p>
      <div class="fork-buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={isBusy}>
          {isBusy ? 'Forking…' : 'Fork'}
        </button>
      </div>
    </form>
  );
}

const limitHint = (view: TeamView, at: number, unit: 'tokens' | 'usd'): string => {
  const limit = view.story.metricsAt(at).limits[unit];
  return limit === null ? 'without limit' : `as before: ${limit}`;
};

function Field(props: { name: string; hint: string; value: string; set(value: string): void }) {
  return (
    <label>
      {props.name}
      <input
        value={props.value}
        placeholder={props.hint}
        onInput={(event) => props.set(event.currentTarget.value)}
      />
    </label>
  );
}

/** What is answered in place of the next call of a model; begun with what the origin was answered. */
function Answer(props: {
  view: TeamView;
  at: number;
  wish: ForkChoice;
  change(news: Partial<ForkChoice>): void;
}) {
  const { view, at, wish, change } = props;
  const [next] = useState(() => nextReply(view.story, at));
  const [fetching, setFetching] = useState('');
  const who = next ? replierOf(next) : '';
  const begin = async (isAnswered: boolean) => {
    change({ isAnswered, actor: who });
    if (!isAnswered || !next || wish.answer !== '') return;
    setFetching('The recorded reply is being fetched…');
    try {
      change({ answer: editable((await view.source.event(view.team, next.revision)).data) });
      setFetching('');
    } catch (error) {
      setFetching(`The recorded reply could not be fetched: ${shortLine(problemOf(error))}`);
    }
  };
  return (
    <fieldset class="fork-answer">
      <label class="fork-tick">
        <input
          type="checkbox"
          checked={wish.isAnswered}
          onChange={(event) => begin(event.currentTarget.checked)}
        />{' '}
        {next
          ? `Answer in place of ${shortLine(who, 60)}’s next reply (revision ${next.revision} of ${view.team})`
          : 'Answer in place of the next reply of a model'}
      </label>
      {wish.isAnswered && (
        <>
          <textarea
            aria-label="The answer"
            rows={9}
            spellcheck={false}
            value={wish.answer}
            onInput={(event) => change({ answer: event.currentTarget.value })}
          />
          <p class="soft">
            {fetching ||
              'Text, or a JSON list of blocks where the reply makes moves: edit what they say, keep their shape.'}
          </p>
        </>
      )}
    </fieldset>
  );
}

function Made({ made, origin, onClose }: { made: ForkMade; origin: string; onClose(): void }) {
  const { team, remark, led } = made;
  return (
    <div role="status">
      <p>
        <b>{team}</b> goes on from revision {made.origin.revision} of {made.origin.team}.{' '}
        {!led && 'Nobody leads it yet. '}
        {shortLine(remark, 400)}
      </p>
      <div class="fork-buttons">
        <button type="button" onClick={onClose}>
          Stay here
        </button>
        <a class="button" href={hrefOf({ name: 'compare', a: origin, b: team })} onClick={onClose}>
          Compare both
        </a>
        <a
          class="button fork-open"
          href={hrefOf({ name: 'team', team, at: undefined, panel: undefined })}
          onClick={onClose}
        >
          Open {team}
        </a>
      </div>
    </div>
  );
}
