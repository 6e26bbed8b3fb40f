/** The task board as it stood: tasks by status, and what has been made. What the event here changed is marked. */

import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import {
  type Artifact,
  type Board,
  type Task,
  type TaskStatus,
  waitsFor,
} from '../../../../projections/board/board.ts';
import type { Panel } from '../panel.ts';
import './board-panel.css';
import { RevisionLink } from '../../shell/revision-link.tsx';
import type { TeamView } from '../../shell/team-view.ts';
import { shortLine } from '../../timeline/message-gist.ts';

const COLUMNS: Readonly<Record<TaskStatus, string>> = {
  pending: 'Pending',
  inProgress: 'In progress',
  blocked: 'Blocked',
  completed: 'Completed',
  failed: 'Failed',
};

const FINISHED: ReadonlySet<TaskStatus> = new Set(['completed', 'failed']);

/** Cards of a column, and artifacts, that are drawn before one asks for more; and how many come then. */
const FEW = 40;

/** What was changed by the event where one stands, by another of the same turn, or before. */
type Freshness = 'here' | 'turn' | '';

export const boardPanel: Panel = { name: 'board', title: 'Board', Shown: BoardPanel };

function BoardPanel({ view }: { view: TeamView }) {
  const at = view.at.value;
  view.version.value;
  const board = view.story.boardAt(at);
  const turn = view.story.events[at]?.meta.turn;
  const fresh = (revision: number): Freshness =>
    revision === at ? 'here' : view.story.events[revision]?.meta.turn === turn ? 'turn' : '';
  const tasks = Object.values(board.tasks);
  return (
    <div class="board">
      {tasks.length === 0 ? (
        <p class="nothing">No task yet at revision {at}.</p>
      ) : (
        <div class="board-columns">
          {(Object.keys(COLUMNS) as TaskStatus[]).map((status) => (
            <Column
              key={status}
              view={view}
              board={board}
              status={status}
              tasks={tasks.filter((task) => task.status === status)}
              fresh={fresh}
            />
          ))}
        </div>
      )}
      <Artifacts view={view} artifacts={Object.values(board.artifacts)} fresh={fresh} />
    </div>
  );
}

function Column(props: {
  view: TeamView;
  board: Board;
  status: TaskStatus;
  tasks: readonly Task[];
  fresh(revision: number): Freshness;
}) {
  const [most, showMost] = useState(FEW);
  const { view, board, status, tasks, fresh } = props;
  return (
    <section class={`board-column ${status}`} aria-label={`${COLUMNS[status]}: ${tasks.length}`}>
      <h2>
        {COLUMNS[status]} <span class="soft number">{tasks.length}</span>
      </h2>
      {tasks.slice(0, most).map((task) => (
        <Card
          key={task.task}
          view={view}
          task={task}
          waiting={FINISHED.has(status) ? '' : waitsFor(board, task.task).join(', ')}
          fresh={fresh(task.revision)}
        />
      ))}
      <More count={tasks.length - most} more={() => showMost(most + FEW)} />
    </section>
  );
}

function More({ count, more }: { count: number; more(): void }) {
  if (count <= 0) return null;
  return (
    <button type="button" onClick={more}>
      {count} more
    </button>
  );
}

/** A task that did not change is the same object, and is not drawn again. */
const Card = memo(TaskCard);

function TaskCard(props: { view: TeamView; task: Task; waiting: string; fresh: Freshness }) {
  const { view, task, waiting, fresh } = props;
  return (
    <article class={`board-card ${fresh}`}>
      <Changed fresh={fresh} />
      <b>{shortLine(task.title)}</b>
      <div class="soft">
        {shortLine(task.task, 80)}
        {task.owner === null ? ', nobody’s' : <> · {shortLine(task.owner, 60)}</>}
      </div>
      {waiting !== '' && <div class="board-waits">waits for {shortLine(waiting)}</div>}
      {task.note !== '' && <div class="board-note">{shortLine(task.note, 240)}</div>}
      <RevisionLink view={view} revision={task.revision} />
    </article>
  );
}

const Changed = ({ fresh }: { fresh: Freshness }) =>
  fresh === '' ? null : (
    <span class="board-changed">{fresh === 'here' ? 'changed here' : 'changed in this turn'}</span>
  );

function Artifacts(props: {
  view: TeamView;
  artifacts: readonly Artifact[];
  fresh(revision: number): Freshness;
}) {
  const [most, showMost] = useState(FEW);
  const { view, artifacts, fresh } = props;
  if (artifacts.length === 0) return <p class="nothing">Nothing has been made yet.</p>;
  return (
    <section class="board-artifacts" aria-label="Artifacts">
      <h2>
        Artifacts <span class="soft number">{artifacts.length}</span>
      </h2>
      <table>
        <thead>
          <tr>
            <th>What</th>
            <th>By</th>
            <th>For task</th>
            <th>Version</th>
            <th>State</th>
            <th>Hash</th>
            <th>Text</th>
          </tr>
        </thead>
        <tbody>
          {artifacts.slice(0, most).map((artifact) => (
            <Row
              key={artifact.path ?? `${artifact.by}: ${artifact.title}`}
              view={view}
              artifact={artifact}
              fresh={fresh(artifact.revision)}
            />
          ))}
        </tbody>
      </table>
      <More count={artifacts.length - most} more={() => showMost(most + FEW)} />
    </section>
  );
}

const Row = memo(ArtifactRow);

function ArtifactRow(props: { view: TeamView; artifact: Artifact; fresh: Freshness }) {
  const { view, artifact, fresh } = props;
  const { path, held, hash, writtenAfterLock } = artifact;
  return (
    <tr class={fresh}>
      <td>
        <Changed fresh={fresh} /> <b>{shortLine(artifact.title)}</b>
        {path !== null && path !== artifact.title && <div class="mono soft">{shortLine(path)}</div>}
      </td>
      <td>{shortLine(artifact.by, 60)}</td>
      <td>{shortLine(artifact.task ?? '', 60)}</td>
      <td class="number">{artifact.versions}</td>
      <td>
        {artifact.locked ? <span class="board-locked">agreed, locked</span> : 'open'}
        {writtenAfterLock !== null && (
          <RevisionLink view={view} revision={writtenAfterLock}>
            written after at {writtenAfterLock}
          </RevisionLink>
        )}
      </td>
      <td class="mono" title={hash ?? ''}>
        {hash?.slice(0, 10)}
      </td>
      <td>
        <RevisionLink view={view} revision={held ?? artifact.revision}>
          {held === null ? `written at ${artifact.revision}` : `text at ${held}`}
        </RevisionLink>
      </td>
    </tr>
  );
}
