/**
 * The name of a piece of work, `actor/invoke@revision`: who waits for it, under which id, and the revision that armed
 * it; a second one armed by the same revision has `.n` behind it. Nobody takes it apart by hand.
 */
import type { EventMeta } from './event.ts';

const WORK = /^([^/]*)\/(.*)@(\d+)(?:\.\d+)?$/;

/** Who waits for it. */
export const actorOfWork = (work: string): string => work.slice(0, work.indexOf('/'));

/** The id of the invoke that was armed. */
export const invokeOfWork = (work: string): string =>
  work.slice(work.indexOf('/') + 1, work.lastIndexOf('@'));

/** The revision that armed it; undefined for what is no name of a work. */
export const armedAt = (work: string): number | undefined => {
  const revision = WORK.exec(work)?.[3];
  return revision === undefined ? undefined : Number(revision);
};

/** Whose work an event settles; for one that settles none, who hears it first. */
export const ownerOf = ({ meta }: { meta: Pick<EventMeta, 'work' | 'to'> }): string =>
  meta.work ? actorOfWork(meta.work) : (meta.to?.[0] ?? '');
