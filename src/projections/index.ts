/** What can be seen of a team: the public names of the room, listed by hand. */
export type { Artifact, Board, Task, TaskStatus } from './board.ts';
export { board, waitsFor } from './board.ts';
export type { ConversationRequest, ConversationState } from './conversation.ts';
export { conversation, conversationOf, conversationRequest } from './conversation.ts';
export type { Decision, Decisions, Dissent, Intervention } from './decisions.ts';
export { decisions } from './decisions.ts';
export { escapeControls, frame } from './framing.ts';
export type { Counts, Merged } from './merged.ts';
export { emptyMerged, merge, merged, updateOf } from './merged.ts';
export type { MemberShown, TeamShown } from './merged-teams.ts';
export { renderMerged } from './merged-text.ts';
export type { Totals } from './merged-totals.ts';
export type { ArtifactShown, MergedView, TaskShown, Version } from './merged-view.ts';
export { mergedView } from './merged-view.ts';
export type { Metrics } from './metrics.ts';
export { metrics } from './metrics.ts';
export type { Projection } from './projection.ts';
export {
  defineFold,
  defineProjection,
  joined,
  project,
  projectAt,
  turnEndAtOrBefore,
} from './projection.ts';
export type { ReadModel, ReadModelOptions } from './read-model.ts';
export { catchUp } from './read-model.ts';
export type { Contribution, Report, ReportState, Result } from './report.ts';
export { report, reportFrom, reportOf } from './report.ts';
export { renderReport } from './report-markdown.ts';
export type { Sequence } from './sequence.ts';
export { append, emptySequence, itemAt, itemsOf, sizeOf } from './sequence.ts';
export type { Percentiles, Tally } from './tally.ts';
export { percentiles } from './tally.ts';
export type { TeamLine, TeamStatus, Teams } from './teams.ts';
export { teams } from './teams.ts';
export type { Message, MessageBlock } from './thread.ts';
export type { Line, Transcript } from './transcript.ts';
export { transcript } from './transcript.ts';
