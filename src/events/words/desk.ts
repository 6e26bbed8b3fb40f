/**
 * What is said at a team's desk (`desk-<team>`): questions that wait for a person, so that any process can show
 * them. The answer goes to the team's inbox, as `person.answered` with the question's id.
 */
import { z } from 'zod';
import { defineEvent } from '../event.ts';

/** A leader begins to ask; whatever was asked before it waits for nobody any more. */
export const deskOpened = defineEvent('desk.opened', z.strictObject({ team: z.string() }));

export const personAsked = defineEvent(
  'person.asked',
  z.strictObject({
    question: z.string(),
    /** An approval is answered by yes or no to exactly these bytes. */
    kind: z.enum(['question', 'approval']),
    /** One line of ours: who wants what. */
    title: z.string(),
    /** What is asked or to be approved, as base64: the very bytes. */
    bytes: z.string(),
    /** sha-256 of the bytes, in hexadecimal. */
    hash: z.string(),
  }),
);

/** Answered, or not needed any more. */
export const questionClosed = defineEvent(
  'question.closed',
  z.strictObject({ question: z.string(), reason: z.string() }),
);
