/**
 * The English tagger: sentences, lemmas and parts of speech by a language model that ships with its package and
 * needs no network. It is imported at the first request that is really judged: a second of processor time that
 * nobody pays who names the pattern.
 */
import type { ItsFunction, WinkMethods } from 'wink-nlp';
import { lemmaOf } from './forms.ts';
import type { Token } from './word.ts';

let english: Promise<WinkMethods> | undefined;

/** The tokens of each sentence. Rejects only if the model cannot be loaded. */
export async function taggedEnglish(text: string): Promise<Token[][]> {
  english ??= loadEnglish();
  const nlp = await english;
  return sentencesOf(nlp, text).map((sentence) => tokensOf(nlp, sentence));
}

async function loadEnglish(): Promise<WinkMethods> {
  const [wink, model] = await Promise.all([import('wink-nlp'), import('wink-eng-lite-web-model')]);
  return wink.default(model.default, ['sbd', 'pos']);
}

function sentencesOf(nlp: WinkMethods, text: string): string[] {
  return nlp.readDoc(text).sentences().out() as string[];
}

/** Tags a sentence after lowering its first letter: a capital makes the tagger see a name. */
function tokensOf(nlp: WinkMethods, sentence: string): Token[] {
  const lowered = /^[A-Z][a-z]/.test(sentence)
    ? sentence[0]!.toLowerCase() + sentence.slice(1)
    : sentence;
  const tokens = nlp.readDoc(lowered).tokens();
  const texts = tokens.out() as string[];
  const lemmas = tokens.out(nlp.its.lemma as ItsFunction<string>) as string[];
  const tags = tokens.out(nlp.its.pos) as string[];
  return texts.map((text, i) => ({
    text,
    lower: text.toLowerCase(),
    lemma: lemmaOf(text.toLowerCase(), lemmas[i] ?? text),
    pos: tags[i] ?? 'X',
  }));
}
