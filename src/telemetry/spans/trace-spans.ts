/**
 * A team's stream as spans: team > agent > turn > model call or tool, by the GenAI semantic conventions of
 * OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/gen-ai/). Made from the events alone, so a team can be
 * traced long after it has ended. No text of a prompt or an answer is in it.
 *
 * Invariants
 * 1. Ids follow from team and revision: exported twice is the same trace, and a team below finds its parent's span.
 * 2. Every span has its parent in the trace, begins no earlier, and has an end; what still goes on ends at the last
 *    event.
 * 3. A span that has ended changes no more: sent as it ends, it is what a later reading of the log makes of it.
 */

import type { Usage } from '../../events/amounts.ts';
import type { JsonObject, RecordedEvent } from '../../events/event.ts';
import {
  type Conventions,
  type Link,
  link,
  linkTo,
  type Span,
  type SpanValue,
  spanIdOf,
  traceIdOf,
  usageOf,
} from './span.ts';

export function traceSpans(
  events: readonly RecordedEvent[],
  conventions: Conventions = 'latest',
): Span[] {
  const trace = new TeamTrace(conventions, forkedAs(events));
  const spans = events.flatMap((event) => trace.hear(event).begun);
  trace.cut();
  return spans;
}

/** A fork is a trace of its own, its shared past included: it goes by the name that it took last. */
export const forkedAs = (events: readonly RecordedEvent[]): RecordedEvent | undefined =>
  events.findLast(({ type }) => type === 'team.forked');

/** What one event does to a trace. */
interface Traced {
  begun: Span[];
  /** In the order in which they ended; they change no more. */
  ended: Span[];
  /** The span that the event belongs to; undefined before there is any. */
  span: Span | undefined;
}

/** The trace of a team, event by event. It keeps what goes on, and the ids of what has ended. */
export class TeamTrace {
  private begun: Span[] = [];
  private over: Span[] = [];
  private readonly open = new Map<string, Span>();
  /** The turn each agent is in or was in last, and the turn that said what stands at a revision. */
  private readonly turns = new Map<string, Span>();
  private readonly saidIn = new Map<number, Link>();
  /** What an agent was told between its turns: it reads it in the next. */
  private readonly unread = new Map<string, Link[]>();
  private readonly models = new Map<string, string>();
  private readonly ids = new Set<string>();
  private root: Span | undefined;
  private team = '';
  private traceId = '';
  private last = 0;
  private revision = 0;
  private rehearsal = false;

  /** `forkedAs`: the last `team.forked` of the stream, if there is one. */
  constructor(
    private readonly conventions: Conventions,
    private readonly forkedAs: RecordedEvent | undefined,
  ) {}

  hear(event: RecordedEvent): Traced {
    this.begun = [];
    this.over = [];
    this.last = event.meta.at;
    this.revision = event.revision;
    const { actor, work } = event.meta;
    const worked = work === undefined ? undefined : this.open.get(`work ${work}`);
    HEARD[event.type]?.(this, event);
    if (worked && SETTLES.test(event.type)) this.settled(event, worked);
    const turn = actor === undefined ? undefined : this.turns.get(actor);
    const span = worked ?? turn ?? this.spanOf(actor);
    if (turn) this.saidIn.set(event.revision, linkTo(turn));
    const { grant } = event.data;
    if (turn && typeof grant === 'number' && !UNMOVED.has(event.type))
      this.turnOver(actor!, grant, null);
    return { begun: this.begun, ended: this.over, span };
  }

  /** Ends here what still goes on. */
  cut(): Span[] {
    const cut = [...this.open.values()];
    for (const span of cut) span.endAt = Math.max(span.startAt, this.last);
    this.open.clear();
    return cut;
  }

  private spanOf(actor: string | undefined): Span | undefined {
    return (actor === undefined ? undefined : this.open.get(`agent ${actor}`)) ?? this.root;
  }

  formed({ data, meta }: RecordedEvent): void {
    const labels = data['labels'] as Record<string, string>;
    const named = this.forkedAs ?? { data, meta };
    const parent = named.data['parent'] as { team: string; work: string } | undefined;
    this.team = String(named.data['team']);
    this.rehearsal = labels['rehearsal'] !== undefined;
    this.traceId = traceIdOf(named.meta.correlationId ?? this.team);
    const name = labels['pattern'] ?? String(data['machine']);
    const above = parent ? spanIdOf(parent.team, `work ${parent.work}`) : null;
    this.root = this.begin('team', above, `invoke_workflow ${name}`, meta.at, {
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': name,
      'gen_ai.conversation.id': this.team,
      'horde.team': this.team,
      'horde.depth': data['depth'] as number,
    });
  }

  forked({ data }: RecordedEvent): void {
    const origin = data['origin'] as { team: string; revision: number };
    const below = data['below'] as string[];
    for (const [key, span] of this.open) {
      if (!key.startsWith('work ') || below.includes(key.slice('work '.length))) continue;
      // It went on in the origin; here it is begun anew.
      span.attributes['horde.left_to_origin'] = true;
      this.close(key, this.last);
    }
    const { attributes } = this.root!;
    attributes['horde.fork.origin'] = origin.team;
    attributes['horde.fork.revision'] = origin.revision;
    if (data['model'] === undefined) return;
    for (const agent of this.models.keys()) this.models.set(agent, String(data['model']));
  }

  joined({ data, meta }: RecordedEvent): void {
    const actor = String(data['actor']);
    const profile = data['profile'] as { role: string; agentType: string; model: string };
    this.models.set(actor, profile.model);
    this.left(actor, meta.at);
    this.begin(`agent ${actor}`, this.root?.spanId ?? null, `invoke_agent ${actor}`, meta.at, {
      'gen_ai.operation.name': 'invoke_agent',
      ...this.provider(),
      'gen_ai.agent.name': actor,
      'gen_ai.agent.id': `${this.team}/${actor}`,
      'gen_ai.request.model': profile.model,
      'gen_ai.conversation.id': this.team,
      'horde.agent.role': profile.role,
      'horde.agent.type': profile.agentType,
      'horde.agent.incarnation': data['incarnation'] as number,
    });
  }

  granted({ data, meta, revision }: RecordedEvent): void {
    const [agent, grant] = [String(data['agent']), data['grant'] as number];
    this.leaveTurn(agent, meta.at);
    const span = this.begin(
      `turn ${agent} ${grant} ${revision}`,
      this.spanOf(agent)?.spanId ?? null,
      `turn ${grant} of ${agent}`,
      meta.at,
      {
        'gen_ai.agent.name': agent,
        'gen_ai.conversation.id': this.team,
        'horde.grant': grant,
        'horde.round': data['round'] as number,
        'horde.purpose': String(data['purpose']),
      },
    );
    for (const shown of data['material'] as number[]) link(span, this.saidIn.get(shown));
    for (const told of this.unread.get(agent) ?? []) link(span, told);
    this.unread.delete(agent);
    this.turns.set(agent, span);
  }

  /** A message is read in the turn that its hearer is in, or in its next. */
  messaged({ meta }: RecordedEvent): void {
    const from = this.turns.get(meta.actor ?? '');
    if (!from) return;
    for (const hearer of meta.to ?? []) {
      const turn = this.turns.get(hearer);
      if (turn && this.isOpen(turn)) link(turn, linkTo(from));
      else this.unread.set(hearer, [...(this.unread.get(hearer) ?? []), linkTo(from)]);
    }
  }

  turnOver(agent: string, grant: number, error: string | null): void {
    const turn = this.turns.get(agent);
    if (turn && turn.attributes['horde.grant'] === grant) this.end(turn, this.last, error);
  }

  left(agent: string, at: number): void {
    this.leaveTurn(agent, at);
    this.close(`agent ${agent}`, at);
  }

  private leaveTurn(agent: string, at: number): void {
    const turn = this.turns.get(agent);
    if (turn) this.end(turn, at, null);
  }

  started({ data, meta }: RecordedEvent): void {
    const work = String(data['work']);
    const key = `work ${work}`;
    if (this.open.has(key)) return;
    const actor = work.slice(0, work.indexOf('/'));
    const parent = this.turns.get(actor) ?? this.spanOf(actor);
    const model = this.models.get(actor) ?? 'unknown';
    const isCall = data['src'] === 'callModel';
    this.begin(
      key,
      parent?.spanId ?? null,
      isCall ? `chat ${model}` : String(data['src']),
      meta.at,
      {
        'gen_ai.agent.name': actor,
        'gen_ai.conversation.id': this.team,
        'horde.work': work,
        ...(isCall
          ? { 'gen_ai.operation.name': 'chat', ...this.provider(), 'gen_ai.request.model': model }
          : {}),
      },
    ).kind = isCall ? 'client' : 'internal';
  }

  /** Work that costs is settled later; of any other nothing more is heard. */
  cancelled({ data, meta }: RecordedEvent): void {
    const key = `work ${data['work']}`;
    const span = this.open.get(key);
    if (!span || span.kind === 'client') return;
    span.attributes['horde.cancelled'] = true;
    this.close(key, meta.at);
  }

  private settled({ type, data, meta }: RecordedEvent, span: Span): void {
    const failed = type.endsWith('.failed') || type === 'work.lapsed';
    if (failed) {
      span.error = String(data['kind'] ?? 'lapsed');
      span.attributes['error.type'] = span.error;
    }
    if (type === 'tool.returned') this.toolReturned(span, data);
    if (data['usage'] !== undefined)
      Object.assign(span.attributes, usageOf(data['usage'] as Usage));
    if (type === 'model.replied') {
      span.attributes['gen_ai.response.model'] = String(data['model']);
      span.attributes['gen_ai.response.finish_reasons'] = [String(data['stopReason'])];
      const by = data['answeredBy'] as { source: string } | undefined;
      if (by) span.attributes['horde.answered_by'] = by.source;
    }
    this.end(span, meta.at, null);
  }

  private toolReturned(span: Span, data: JsonObject): void {
    const tool = String(data['tool']);
    span.name = `execute_tool ${tool}`;
    Object.assign(span.attributes, {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': String(data['use']),
    });
    if (data['ok'] !== false) return;
    span.error = 'the tool answered with an error';
    span.attributes['error.type'] = 'tool_error';
  }

  private close(key: string, at: number): void {
    const span = this.open.get(key);
    if (span) this.end(span, at, null);
  }

  private isOpen(span: Span): boolean {
    return [...this.open.values()].includes(span);
  }

  /** What has ended stays as it is: invariant 3. */
  private end(span: Span, at: number, error: string | null): void {
    for (const [key, one] of this.open) {
      if (one !== span) continue;
      this.open.delete(key);
      span.endAt = Math.max(span.startAt, at);
      span.error ??= error;
      if (this.forkedAs && this.revision < this.forkedAs.revision)
        span.attributes['horde.fork.shared'] = true;
      this.over.push(span);
    }
  }

  /** Nothing follows: whatever goes on ends with the team. */
  finished({ type, data, meta }: RecordedEvent): void {
    const status = type === 'team.stopped' ? 'stopped' : String(data['status']);
    for (const span of [...this.open.values()].reverse()) {
      if (span !== this.root) {
        this.end(span, meta.at, null);
        continue;
      }
      span.attributes['horde.status'] = status;
      span.attributes['horde.reason'] = String(data['reason']);
      this.end(span, meta.at, status === 'done' ? null : String(data['reason']));
    }
  }

  private begin(
    key: string,
    parentSpanId: string | null,
    name: string,
    startAt: number,
    attributes: Record<string, SpanValue>,
  ): Span {
    const spanId = this.newId(key);
    const span: Span = {
      traceId: this.traceId,
      spanId,
      parentSpanId,
      name,
      kind: 'internal',
      startAt,
      endAt: startAt,
      attributes,
      links: [],
      error: null,
    };
    this.begun.push(span);
    this.open.set(key, span);
    return span;
  }

  /** A work that is begun again has a span for each attempt; a team below hangs on the first. */
  private newId(key: string): string {
    const id = spanIdOf(this.team, key);
    const unique = this.ids.has(id) ? spanIdOf(this.team, `${key} ${this.ids.size}`) : id;
    this.ids.add(unique);
    return unique;
  }

  private provider(): Record<string, string> {
    const name = this.rehearsal ? 'rehearsal' : 'anthropic';
    return this.conventions === 'latest'
      ? { 'gen_ai.provider.name': name }
      : { 'gen_ai.system': name };
  }
}

/** They name a grant and leave the turn as it is. */
const UNMOVED: ReadonlySet<string> = new Set(['turn.corrected', 'turn.excused']);
const SETTLES = /^(?!work\.(admitted|delayed|started|cancelled)$)/;

const HEARD: Readonly<Record<string, (trace: TeamTrace, event: RecordedEvent) => void>> = {
  'team.formed': (trace, event) => trace.formed(event),
  'team.forked': (trace, event) => trace.forked(event),
  'team.dissolved': (trace, event) => trace.finished(event),
  'team.stopped': (trace, event) => trace.finished(event),
  'agent.joined': (trace, event) => trace.joined(event),
  'agent.left': (trace, { data, meta }) => trace.left(String(data['actor']), meta.at),
  'actor.done': (trace, { data, meta }) => trace.left(String(data['actor']), meta.at),
  'turn.granted': (trace, event) => trace.granted(event),
  'turn.forfeited': (trace, { data }) =>
    trace.turnOver(String(data['agent']), data['grant'] as number, String(data['reason'])),
  'turn.revoked': (trace, { data }) =>
    trace.turnOver(String(data['agent']), data['grant'] as number, null),
  'message.sent': (trace, event) => trace.messaged(event),
  'work.started': (trace, event) => trace.started(event),
  'work.cancelled': (trace, event) => trace.cancelled(event),
  // Work that may be repeated is begun without a word of its start.
  'work.admitted': (trace, event) => {
    const { effect } = event.data;
    if (effect === 'repeatable' || effect === 'converging') trace.started(event);
  },
};
