/** What can be seen of a team: the public names of the room, listed by hand. */
export type { ConversationRequest, ConversationState } from './conversation.ts';
export { conversation, conversationOf, conversationRequest } from './conversation.ts';
export { escapeControls, frame } from './framing.ts';
export type { Projection } from './projection.ts';
export { defineProjection, project, projectAt, turnEndAtOrBefore } from './projection.ts';
export type { Sequence } from './sequence.ts';
export { itemsOf, sizeOf } from './sequence.ts';
export type { Message, MessageBlock } from './thread.ts';
