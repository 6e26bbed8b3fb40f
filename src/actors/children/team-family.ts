/**
 * A team and all teams below it, as an observer of the store finds them: by the family that the event which names a
 * team (`team.formed`, for a fork `team.forked`) carries. Their streams bear names that begin like the first one's.
 */
import type { RawEvent } from '../../events/event.ts';
import { type StreamName, type TeamId, teamStream } from '../../events/ids.ts';
import { type EventStore, pages } from '../../events/store.ts';

/** Of a stream's name, what the names of teams below begin with (`childId` in `teams-below.ts`). */
const NAME_KEPT = 'team-'.length + 80;
const NAMING: ReadonlySet<string> = new Set(['team.formed', 'team.forked']);

export class TeamFamily {
  readonly root: StreamName;
  /** Streams of the family, and of others maybe, begin so. */
  readonly prefix: string;
  private readonly members: Set<StreamName>;
  private family: string | undefined;

  constructor(
    private readonly store: EventStore,
    team: TeamId,
  ) {
    this.root = teamStream(team);
    this.prefix = this.root.slice(0, NAME_KEPT);
    this.members = new Set([this.root]);
  }

  /** In the order in which they were found; the first is the one that all others stand below. */
  get streams(): readonly StreamName[] {
    return [...this.members];
  }

  /** Whether the event is of the family; one that names a team tells of a new member. */
  holds({ stream, type, meta }: RawEvent): boolean {
    if (NAMING.has(type)) this.named(stream, familyIn(meta));
    return this.members.has(stream);
  }

  /** Members that were there before anybody listened. */
  async find(): Promise<void> {
    this.named(this.root, await this.familyOf(this.root));
    for (const { stream } of await this.store.streams(`${this.prefix}-`))
      if (!this.members.has(stream)) this.named(stream, await this.familyOf(stream));
  }

  private named(stream: StreamName, family: string | undefined): void {
    if (stream === this.root) this.family = family ?? this.family;
    else if (family !== undefined && family === this.family) this.members.add(stream);
  }

  /** A fork has the family that it was given, whatever that of its past is. */
  private async familyOf(stream: StreamName): Promise<string | undefined> {
    let family: string | undefined;
    for await (const page of pages(this.store, stream))
      for (const { type, meta } of page) if (NAMING.has(type)) family = familyIn(meta);
    return family;
  }
}

const familyIn = (meta: string): string | undefined =>
  (JSON.parse(meta) as { correlationId?: string }).correlationId;
