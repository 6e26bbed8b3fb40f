/**
 * A team and its child teams, and theirs, as an observer of the store finds them: by the correlation that the event
 * which names a team (`team.formed`, for a fork `team.forked`) carries. Their streams' names begin like the first one's.
 */
import type { RawEvent } from '../../events/event.ts';
import { type StreamName, type TeamId, teamStream } from '../../events/ids.ts';
import { type EventStore, pages } from '../../events/store.ts';
import { childPrefix } from './child-id.ts';

const NAMING: ReadonlySet<string> = new Set(['team.formed', 'team.forked']);

export class TeamTree {
  readonly root: StreamName;
  /** Streams of the tree, and of others maybe, begin so. */
  readonly prefix: string;
  private readonly members: Set<StreamName>;
  private correlation: string | undefined;

  constructor(
    private readonly store: EventStore,
    team: TeamId,
  ) {
    this.root = teamStream(team);
    this.prefix = childPrefix(this.root);
    this.members = new Set([this.root]);
  }

  /** In the order in which they were found; the first is the one that all others stand below. */
  get streams(): readonly StreamName[] {
    return [...this.members];
  }

  /** Whether the event is of the family; one that names a team tells of a new member. */
  holds({ stream, type, meta }: RawEvent): boolean {
    if (NAMING.has(type)) this.named(stream, correlationIn(meta));
    return this.members.has(stream);
  }

  /** Members that were there before anybody listened. */
  async find(): Promise<void> {
    this.named(this.root, await this.correlationOf(this.root));
    for (const { stream } of await this.store.streams(`${this.prefix}-`))
      if (!this.members.has(stream)) this.named(stream, await this.correlationOf(stream));
  }

  private named(stream: StreamName, correlation: string | undefined): void {
    if (stream === this.root) this.correlation = correlation ?? this.correlation;
    else if (correlation !== undefined && correlation === this.correlation)
      this.members.add(stream);
  }

  /** A fork has the correlation that it was given, whatever that of its past is. */
  private async correlationOf(stream: StreamName): Promise<string | undefined> {
    let correlation: string | undefined;
    for await (const page of pages(this.store, stream))
      for (const { type, meta } of page) if (NAMING.has(type)) correlation = correlationIn(meta);
    return correlation;
  }
}

const correlationIn = (meta: string): string | undefined =>
  (JSON.parse(meta) as { correlationId?: string }).correlationId;
