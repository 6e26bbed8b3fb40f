/**
 * The labelled requests: `# choice` lines head the requests below them. `development.txt` is what the judge
 * was made from; `held-out.txt` is only ever counted.
 */
import { readFileSync } from 'node:fs';
import { CHOICES, type Choice } from '../../src/planning/choice.ts';

export interface LabelledRequest {
  text: string;
  /** What is right; `ordinary` requests hold words of teamwork and want none. */
  label: Choice | 'ordinary';
}

export function labelledRequests(set: 'development' | 'held-out'): LabelledRequest[] {
  const text = readFileSync(new URL(`./requests/${set}.txt`, import.meta.url), 'utf8');
  let label: LabelledRequest['label'] | undefined;
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('# ')) return line.trim() && label ? [{ text: line, label }] : [];
    const name = line.slice(2);
    if (name !== 'ordinary' && !CHOICES.includes(name as Choice))
      throw new Error(`${set}.txt: no choice is called "${name}"`);
    label = name as LabelledRequest['label'];
    return [];
  });
}

export const isRight = (label: LabelledRequest['label'], pattern: Choice) =>
  label === 'ordinary' ? pattern === 'single-agent' || pattern === 'swarm' : pattern === label;
