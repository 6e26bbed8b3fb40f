/**
 * What was decided and by whom, what remained disputed, and where a person intervened.
 */

import type { RecordedEvent } from '../../events/event.ts';
import { messageTold, personAnswered } from '../../events/words/agent.ts';
import { submitSynthesis } from '../../events/words/moves.ts';
import { decisionMade, dissentNoted } from '../../events/words/pattern.ts';
import { teamContinued, teamPaused, teamStopRequested } from '../../events/words/team.ts';
import { defineProjection } from '../kit/projection.ts';
import type { Sequence } from '../kit/sequence.ts';
import { append, emptySequence, itemsOf } from '../kit/sequence.ts';
import { synthesisIn } from './synthesis.ts';

export interface Decision {
  subject: string;
  proposedBy: string;
  challengedBy: string[];
  resolution: string;
  basis: string;
  /** A person decided it. */
  byPerson: boolean;
  revision: number;
  at: number;
}

export interface Dissent {
  by: string;
  about: string;
  view: string;
  revision: number;
}

/** Something a person did, as opposed to what agents did. */
export interface Intervention {
  what: 'told' | 'answered' | 'approved' | 'declined' | 'asked to stop' | 'paused' | 'continued';
  by: string;
  text: string;
  revision: number;
  at: number;
}

export interface Decisions {
  decisions: Sequence<Decision>;
  dissent: Sequence<Dissent>;
  interventions: Sequence<Intervention>;
}

const initial: Decisions = {
  decisions: emptySequence(),
  dissent: emptySequence(),
  interventions: emptySequence(),
};

export const decisions = defineProjection({
  name: 'decisions',
  version: 1,
  initial,
  events: {
    made: decisionMade,
    noted: dissentNoted,
    synthesis: submitSynthesis.event,
    told: messageTold,
    answered: personAnswered,
    stop: teamStopRequested,
    paused: teamPaused,
    continued: teamContinued,
  },
  on: {
    made(draft, event) {
      decide(draft, event, { ...event.data, byPerson: event.data.basis === 'person' });
    },
    noted(draft, event) {
      dissent(draft, { ...event.data, revision: event.revision });
    },
    synthesis(draft, event) {
      const { decisions, dissent: views } = synthesisIn(event);
      const proposedBy = event.meta.actor ?? '';
      for (const one of decisions) {
        const how = { proposedBy, challengedBy: [], basis: 'synthesis', byPerson: false };
        decide(draft, event, { ...one, ...how });
      }
      for (const one of views) dissent(draft, { ...one, revision: event.revision });
    },
    told(draft, event) {
      intervene(draft, event, 'told', event.data.by, event.data.text);
    },
    answered(draft, event) {
      const { approved, by, text } = event.data;
      const what = approved === undefined ? 'answered' : approved ? 'approved' : 'declined';
      intervene(draft, event, what, by, text);
    },
    stop(draft, event) {
      intervene(draft, event, 'asked to stop', event.data.by, event.data.reason);
    },
    paused(draft, event) {
      intervene(draft, event, 'paused', event.data.by, '');
    },
    continued(draft, event) {
      intervene(draft, event, 'continued', event.data.by, '');
    },
  },
});

/** The same resolution told twice, by the pattern and in the synthesis, is one decision. */
function decide(
  draft: Decisions,
  event: RecordedEvent,
  made: Omit<Decision, 'revision' | 'at'>,
): void {
  for (const one of itemsOf(draft.decisions)) {
    if (one.subject === made.subject && one.resolution === made.resolution) return;
  }
  const { subject, proposedBy, challengedBy, resolution, basis, byPerson } = made;
  const { revision } = event;
  const at = event.meta.at;
  draft.decisions = append(draft.decisions, {
    ...{ subject, proposedBy, challengedBy, resolution, basis, byPerson, revision, at },
  });
}

function dissent(draft: Decisions, view: Dissent): void {
  for (const one of itemsOf(draft.dissent)) {
    if (one.by === view.by && one.about === view.about && one.view === view.view) return;
  }
  draft.dissent = append(draft.dissent, view);
}

function intervene(
  draft: Decisions,
  event: RecordedEvent,
  what: Intervention['what'],
  by: string,
  text: string,
): void {
  const { revision } = event;
  const at = event.meta.at;
  draft.interventions = append(draft.interventions, { what, by, text, revision, at });
}
