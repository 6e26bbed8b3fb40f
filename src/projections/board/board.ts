/**
 * The board: what is to be done and what has been made. Tasks with status, owner and what they wait for;
 * artifacts as a path and a hash, or as the revision that holds the text.
 *
 * Invariants
 * 1. An artifact is known by its path, or else by title and author; a new version takes the old one's place.
 * 2. A locked artifact keeps the version that was agreed; a later write to its path is noted, not adopted.
 */

import type { EventOf } from '../../events/event.ts';
import { toolReturned } from '../../events/words/agent.ts';
import {
  artifactRegistered,
  taskAssigned,
  taskCreated,
  taskProgressed,
} from '../../events/words/pattern.ts';
import { ownerOf } from '../../events/work-id.ts';
import { enter, entry } from '../kit/named.ts';
import { defineProjection } from '../kit/projection.ts';

export type TaskStatus = EventOf<typeof taskProgressed>['data']['status'];

export interface Task {
  task: string;
  title: string;
  status: TaskStatus;
  owner: string | null;
  blockedBy: string[];
  note: string;
  /** Revision of the last event about it. */
  revision: number;
}

export interface Artifact {
  title: string;
  by: string;
  task: string | null;
  path: string | null;
  hash: string | null;
  /** Revision of the event that holds the text, when it is not a file. */
  held: number | null;
  locked: boolean;
  /** How many versions there have been. */
  versions: number;
  /** Revision of a write to the path after it was locked. */
  writtenAfterLock: number | null;
  revision: number;
}

export interface Board {
  tasks: { [task: string]: Task };
  artifacts: { [key: string]: Artifact };
}

const NOTHING: Board = { tasks: {}, artifacts: {} };

export const board = defineProjection({
  name: 'board',
  version: 1,
  initial: NOTHING,
  events: {
    created: taskCreated,
    assigned: taskAssigned,
    progressed: taskProgressed,
    registered: artifactRegistered,
    returned: toolReturned,
  },
  on: {
    created(draft, { data, revision }) {
      enter(draft.tasks, data.task, {
        task: data.task,
        title: data.title,
        status: 'pending',
        owner: data.owner ?? null,
        blockedBy: data.blockedBy,
        note: '',
        revision,
      });
    },
    assigned(draft, { data, revision }) {
      const task = entry(draft.tasks, data.task);
      if (task) Object.assign(task, { owner: data.owner, revision });
    },
    progressed(draft, { data, revision }) {
      const task = entry(draft.tasks, data.task);
      if (task) Object.assign(task, { status: data.status, note: data.note, revision });
    },
    registered(draft, { data, revision }) {
      const key = data.path ?? `${data.by}: ${data.title}`;
      const before = entry(draft.artifacts, key);
      if (before?.locked) {
        before.writtenAfterLock = revision;
        return;
      }
      enter(draft.artifacts, key, {
        title: data.title,
        by: data.by,
        task: data.task ?? before?.task ?? null,
        path: data.path ?? null,
        hash: data.hash ?? before?.hash ?? null,
        held: data.held ?? null,
        locked: data.locked,
        versions: (before?.versions ?? 0) + (sameVersion(before, data) ? 0 : 1),
        writtenAfterLock: null,
        revision,
      });
    },
    returned(draft, event) {
      const { path, hash, wrote, ok } = event.data;
      if (wrote && ok && path !== undefined) write(draft, event, path, hash ?? null);
    },
  },
});

function write(
  draft: Board,
  event: EventOf<typeof toolReturned>,
  path: string,
  hash: string | null,
): void {
  const before = entry(draft.artifacts, path);
  if (before?.locked) {
    if (before.hash !== hash) before.writtenAfterLock = event.revision;
    return;
  }
  enter(draft.artifacts, path, {
    title: before?.title ?? path,
    by: ownerOf(event),
    task: before?.task ?? null,
    path,
    hash,
    held: null,
    locked: false,
    versions: (before?.versions ?? 0) + 1,
    writtenAfterLock: null,
    revision: event.revision,
  });
}

/** Registering what a tool has just written is the same version with a title. */
function sameVersion(
  before: Artifact | undefined,
  data: EventOf<typeof artifactRegistered>['data'],
): boolean {
  if (!before) return false;
  if (data.hash !== undefined) return before.hash === data.hash;
  return data.held === undefined ? before.path === data.path : before.held === data.held;
}

/** The tasks that must be completed before this one can begin. */
export function waitsFor(state: Board, task: string): string[] {
  const blockers = entry(state.tasks, task)?.blockedBy ?? [];
  return blockers.filter((one) => entry(state.tasks, one)?.status !== 'completed');
}
