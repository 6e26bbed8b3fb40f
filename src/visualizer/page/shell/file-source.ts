/** One team that stands in the file that the page stands in: all its events, whole, and its charts. */
import type { RecordedEvent } from '../../../events/event.ts';
import { conversation } from '../../../projections/conversation/conversation.ts';
import type { ConversationState } from '../../../projections/conversation/conversation-state.ts';
import { project } from '../../../projections/kit/projection.ts';
import { reportOf } from '../../../projections/report/report.ts';
import { knownThrough, modelCallOf, promptOf } from '../../shared/prompt.ts';
import { shownEvent } from '../../shared/shown-event.ts';
import { type ExportedTeam, recorded, type ShownEvent } from '../../shared/wire.ts';
import type { Prompt, Source, TeamSource } from './team-source.ts';

/** Events of one batch: the page paints in between. */
const BATCH = 1000;

/** Throws an error that says so when the text is no team of this format. */
export function openFile(text: string): Source {
  const exported = parsed(text);
  return { file: new FileSource(exported), team: exported.team };
}

function parsed(text: string): ExportedTeam {
  let exported: Partial<ExportedTeam>;
  try {
    exported = JSON.parse(text);
  } catch {
    throw new Error('this file is damaged: export the team again with "horde export"');
  }
  if (exported.format === 1) return exported as ExportedTeam;
  throw new Error(`this file has format ${exported.format}, which this page does not know`);
}

class FileSource implements TeamSource {
  readonly isLive = false;
  readonly mayChange = false;
  #conversation: ConversationState | undefined;
  #understood: RecordedEvent[] | undefined;

  constructor(private readonly exported: ExportedTeam) {}

  async *events(_team: string, from: number): AsyncGenerator<readonly ShownEvent[]> {
    const { events } = this.exported;
    for (let next = from; next < events.length; next += BATCH)
      yield events.slice(next, next + BATCH).map(shownEvent);
  }

  /** Nothing comes any more. */
  listen(): { close(): void } {
    return { close() {} };
  }

  async event(team: string, revision: number): Promise<ShownEvent> {
    const event = this.exported.events[revision];
    if (event) return event;
    throw new Error(`team ${team} has no revision ${revision} in this file`);
  }

  async prompt(team: string, revision: number): Promise<Prompt | undefined> {
    const call = modelCallOf(await this.event(team, revision));
    if (!call) return undefined;
    const through = knownThrough(call, revision, this.exported.events.slice(call.armed));
    this.#conversation ??= project(conversation, this.#events());
    return promptOf(this.#conversation, call, through);
  }

  async chart(machine: string) {
    const { charts } = this.exported;
    return Object.hasOwn(charts, machine) ? charts[machine] : undefined;
  }

  async report() {
    return reportOf(this.#events());
  }

  /** As projections hear them; what cannot be understood they do not hear. */
  #events(): RecordedEvent[] {
    const { team, events } = this.exported;
    this.#understood ??= events.map((event) => recorded(team, event));
    return this.#understood;
  }
}
