/**
 * The trace of one team, event by event: which span an event begins, which it ends, and which it belongs to. The
 * names of its attributes are those of OpenTelemetry's conventions for generative models.
 *
 * Invariants: those of `trace-spans.ts`.
 */

import type { RecordedEvent } from '../../events/event.ts';
import { fieldsOf, numbersIn, textIn, textsIn } from '../../events/fields.ts';
import { isRehearsal, labelsIn } from '../../events/words/labels.ts';
import { actorOfWork } from '../../events/work-id.ts';
import { providerOf } from '../../hands/model/providers.ts';
import { OpenSpans } from './open-spans.ts';
import { markSettled } from './settled-work.ts';
import {
  type Conventions,
  type Link,
  link,
  linkTo,
  type Span,
  type SpanValue,
  spanIdOf,
  traceIdOf,
} from './span.ts';

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
  private readonly open = new OpenSpans();
  /** The turn each agent is in or was in last, and the turn that said what stands at a revision. */
  private readonly turns = new Map<string, Span>();
  private readonly saidIn = new Map<number, Link>();
  /** What an agent was told between its turns: it reads it in the next. */
  private readonly unread = new Map<string, Link[]>();
  private readonly models = new Map<string, string>();
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
    this.last = event.meta.at;
    this.revision = event.revision;
    const { actor, work } = event.meta;
    const worked = work === undefined ? undefined : this.open.get(`work ${work}`);
    HEARD[event.type]?.(this, event);
    if (worked && SETTLES.test(event.type)) {
      markSettled(worked, event);
      this.end(worked, event.meta.at, null);
    }
    const turn = actor === undefined ? undefined : this.turns.get(actor);
    const span = worked ?? turn ?? this.spanOf(actor);
    if (turn) this.saidIn.set(event.revision, linkTo(turn));
    const { grant } = event.data;
    if (turn && typeof grant === 'number' && !UNMOVED.has(event.type))
      this.turnOver(actor ?? '', grant, null);
    return { ...this.open.changes(), span };
  }

  /** Ends here what still goes on. */
  cut(): Span[] {
    return this.open.cut(this.last);
  }

  private spanOf(actor: string | undefined): Span | undefined {
    return (actor === undefined ? undefined : this.open.get(`agent ${actor}`)) ?? this.root;
  }

  formed({ data, meta }: RecordedEvent): void {
    const labels = labelsIn(data);
    const named = this.forkedAs ?? { data, meta };
    const parent = fieldsOf(named.data['parent']);
    this.team = String(named.data['team']);
    this.rehearsal = isRehearsal(labels);
    this.traceId = traceIdOf(named.meta.correlationId ?? this.team);
    const name = labels['pattern'] ?? String(data['machine']);
    const above =
      textIn(parent['team']) === undefined
        ? null
        : spanIdOf(String(parent['team']), `work ${parent['work']}`);
    this.root = this.begin('team', above, `invoke_workflow ${name}`, meta.at, {
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': name,
      'gen_ai.conversation.id': this.team,
      'horde.team': this.team,
      'horde.depth': Number(data['depth']),
    });
  }

  forked({ data }: RecordedEvent): void {
    const origin = fieldsOf(data['origin']);
    const below = textsIn(data['below']);
    for (const [key, span] of this.open.entries()) {
      if (!key.startsWith('work ') || below.includes(key.slice('work '.length))) continue;
      // It went on in the origin; here it is begun anew.
      span.attributes['horde.left_to_origin'] = true;
      this.close(key, this.last);
    }
    if (!this.root) return;
    const { attributes } = this.root;
    attributes['horde.fork.origin'] = String(origin['team']);
    attributes['horde.fork.revision'] = Number(origin['revision']);
    if (data['model'] === undefined) return;
    for (const agent of this.models.keys()) this.models.set(agent, String(data['model']));
  }

  joined({ data, meta }: RecordedEvent): void {
    const actor = String(data['actor']);
    const { role, agentType, model } = fieldsOf(data['profile']);
    this.models.set(actor, String(model));
    this.left(actor, meta.at);
    this.begin(`agent ${actor}`, this.root?.spanId ?? null, `invoke_agent ${actor}`, meta.at, {
      'gen_ai.operation.name': 'invoke_agent',
      ...this.provider(String(model)),
      'gen_ai.agent.name': actor,
      'gen_ai.agent.id': `${this.team}/${actor}`,
      'gen_ai.request.model': String(model),
      'gen_ai.conversation.id': this.team,
      'horde.agent.role': String(role),
      'horde.agent.type': String(agentType),
      'horde.agent.incarnation': Number(data['incarnation']),
    });
  }

  granted({ data, meta, revision }: RecordedEvent): void {
    const [agent, grant] = [String(data['agent']), Number(data['grant'])];
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
        'horde.round': Number(data['round']),
        'horde.purpose': String(data['purpose']),
      },
    );
    for (const shown of numbersIn(data['material'])) link(span, this.saidIn.get(shown));
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
      if (turn && this.open.has(turn)) link(turn, linkTo(from));
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
    if (this.open.get(key)) return;
    const actor = actorOfWork(work);
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
          ? {
              'gen_ai.operation.name': 'chat',
              ...this.provider(model),
              'gen_ai.request.model': model,
            }
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

  /** Nothing follows: whatever goes on ends with the team. */
  finished({ type, data, meta }: RecordedEvent): void {
    const status = type === 'team.stopped' ? 'stopped' : String(data['status']);
    for (const span of this.open.newestFirst()) {
      if (span !== this.root) {
        this.end(span, meta.at, null);
        continue;
      }
      span.attributes['horde.status'] = status;
      span.attributes['horde.reason'] = String(data['reason']);
      this.end(span, meta.at, status === 'done' ? null : String(data['reason']));
    }
  }

  private close(key: string, at: number): void {
    const span = this.open.get(key);
    if (span) this.end(span, at, null);
  }

  private end(span: Span, at: number, error: string | null): void {
    const isShared = this.forkedAs !== undefined && this.revision < this.forkedAs.revision;
    this.open.end(span, at, error, isShared ? { 'horde.fork.shared': true } : {});
  }

  private begin(
    key: string,
    parentSpanId: string | null,
    name: string,
    startAt: number,
    attributes: Record<string, SpanValue>,
  ): Span {
    return this.open.begin(
      key,
      { traceId: this.traceId, team: this.team },
      parentSpanId,
      name,
      startAt,
      attributes,
    );
  }

  private provider(model: string): Record<string, string> {
    const name = this.rehearsal ? 'rehearsal' : providerOf(model);
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
    trace.turnOver(String(data['agent']), Number(data['grant']), String(data['reason'])),
  'turn.revoked': (trace, { data }) =>
    trace.turnOver(String(data['agent']), Number(data['grant']), null),
  'message.sent': (trace, event) => trace.messaged(event),
  'work.started': (trace, event) => trace.started(event),
  'work.cancelled': (trace, event) => trace.cancelled(event),
  // Work that may be repeated is begun without a word of its start.
  'work.admitted': (trace, event) => {
    const { effect } = event.data;
    if (effect === 'repeatable' || effect === 'converging') trace.started(event);
  },
};
