/** What can be seen of a team: the public names of the room, listed by hand. */
export type { Artifact, Board, Task, TaskStatus } from './board.ts';
export { board, waitsFor } from './board.ts';
export type { ConversationRequest, ConversationState } from './conversation/conversation.ts';
export { conversation, conversationOf, conversationRequest } from './conversation/conversation.ts';
export { escapeControls, frame } from './conversation/framing.ts';
export type { Message, MessageBlock } from './conversation/thread.ts';
export type { Decision, Decisions, Dissent, Intervention } from './decisions.ts';
export { decisions } from './decisions.ts';
export type { Projection } from './kit/projection.ts';
export {
  defineFold,
  defineProjection,
  joined,
  project,
  projectAt,
  turnEndAtOrBefore,
} from './kit/projection.ts';
export type { ReadModel, ReadModelOptions } from './kit/read-model.ts';
export { catchUp } from './kit/read-model.ts';
export type { Sequence } from './kit/sequence.ts';
export { append, emptySequence, itemAt, itemsOf, sizeOf } from './kit/sequence.ts';
export type { Counts, Merged } from './merged/merged.ts';
export { emptyMerged, merge, merged, updateOf } from './merged/merged.ts';
export type { MemberShown, TeamShown } from './merged/merged-teams.ts';
export { renderMerged } from './merged/merged-text.ts';
export type { Totals } from './merged/merged-totals.ts';
export type { ArtifactShown, MergedView, TaskShown, Version } from './merged/merged-view.ts';
export { mergedView } from './merged/merged-view.ts';
export type { Metrics } from './metrics.ts';
export { metrics } from './metrics.ts';
export type { Contribution, Report, ReportState, Result } from './report/report.ts';
export { report, reportFrom, reportOf } from './report/report.ts';
export { renderReport } from './report/report-markdown.ts';
export type { Percentiles, Tally } from './tally.ts';
export { percentiles } from './tally.ts';
export type { TeamLine, TeamStatus, Teams } from './teams.ts';
export { teams } from './teams.ts';
export type { Line, Transcript } from './transcript.ts';
export { transcript } from './transcript.ts';
