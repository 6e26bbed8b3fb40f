/**
 * Labels of a team that lists and reports read: the pattern, the request as it was typed, and whether it only rehearses.
 * Whoever forms a team may add others.
 */
type Labels = Readonly<Record<string, string>>;

/** The team's answers are made up by the scripted model. */
export const isRehearsal = (labels: Labels): boolean =>
  labels['rehearsal'] === 'yes' || labels['rehearsal'] === 'true';
