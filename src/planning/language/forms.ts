/**
 * Forms: which verb of the vocabulary a word is a form of. Taggers leave "monitors" or "splitting" as they
 * are; for the verbs that matter here the forms are built by rule. Pure.
 */
import { PHASES, VERBS } from './vocabulary.ts';

/** Every form of the verbs we know; the tagger leaves "monitors" or "splitting" as they are. */
export const FORMS: ReadonlyMap<string, string> = formsOf([...Object.values(VERBS), ...PHASES]);

function formsOf(sets: readonly ReadonlySet<string>[]): Map<string, string> {
  const forms = new Map<string, string>();
  for (const verb of sets.flatMap((set) => [...set])) {
    const stem = verb.replace(/e$/, '');
    const soft = verb.replace(/([^aeiou])y$/, '$1i');
    const third = /(s|x|z|ch|sh)$/.test(verb)
      ? `${verb}es`
      : soft === verb
        ? `${verb}s`
        : `${soft}es`;
    const doubled = /[^aeiou][aeiou][bdgmnpt]$/.test(verb) ? verb + verb.at(-1) : stem;
    for (const form of [verb, third, `${stem}ing`, `${doubled}ing`, `${stem}ed`, `${doubled}ed`]) {
      forms.set(form, verb);
    }
    if (soft !== verb) forms.set(`${soft}ed`, verb);
  }
  for (const [form, verb] of [
    ['built', 'build'],
    ['wrote', 'write'],
    ['written', 'write'],
    ['made', 'make'],
    ['fought', 'fight'],
    ['found', 'find'],
    ['caught', 'catch'],
    ['torn', 'tear'],
    ['had', 'have'],
    ['has', 'have'],
    ['got', 'get'],
  ] as const) {
    forms.set(form, verb);
  }
  return forms;
}

/** The verb that it is a form of, else the lemma that the tagger gave. */
export const lemmaOf = (lower: string, lemma: string) => FORMS.get(lower) ?? lemma.toLowerCase();
