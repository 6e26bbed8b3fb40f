/**
 * Topics are event types. In a pattern `*` stands for exactly one part and a final `>` for one or more:
 * `task.*` hears `task.created`; `agent.>` hears `agent.joined` and `agent.turn.ended`.
 */
export function topicMatches(pattern: string, type: string): boolean {
  if (pattern === type || pattern === '>' || pattern === '*')
    return pattern === type || pattern === '>' || !type.includes('.');
  const wanted = pattern.split('.');
  const parts = type.split('.');
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '>') return parts.length > i;
    if (i >= parts.length || (wanted[i] !== '*' && wanted[i] !== parts[i])) return false;
  }
  return parts.length === wanted.length;
}
