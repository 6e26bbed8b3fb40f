/**
 * Whether a request is English: the judge's cues, weights and tagger know nothing else. Pure.
 *
 * Counted are words of grammar, which no text of a few words does without: those of English against those of the
 * languages that share its letters; and letters that English has not.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const ENGLISH =
  words(`the a an of to and in for with on is are be this that it its our your my we you they from by as
  at or if then than not how why what which who where when have has had do does did let get make please all each until
  while before after into their there will should would can could must us me them his her one two three so no any
  some about against between until also but out up over`);

/** Words of grammar of others that English does not have. */
const OTHERS =
  words(`der das und ist ein eine einen einem einer nicht mit für auf von zu den dem des im wie oder aber
  bitte dann bis lass sich wird werden unser unsere unserer über sowie soll sollen damit
  le la les un une des du et est pour avec dans sur pas que qui nous vous notre votre puis ensuite ou où au aux ce cette
  jusqu ils elles son ses leur
  el los las una y es para con en que por del al se su nuestro nuestra luego hasta este esta como pero o lo
  il lo gli uno di e per che non nel della dei delle con poi fino nostro nostra questo questa sono
  um uma os as e do da dos das em não com nosso nossa depois até
  het een en van voor met op te zijn niet dat onze daarna tot deze door
  och att det som är en ett för på med av till inte vår
  i w na z do nie że jest oraz dla się po
  ve bir için ile bu da olarak`);

/** Words that stand in both, and tell nothing. */
const SHARED = words(
  'a an as at do in is no on or so me us to i do die par con per o e en es se la le un al te op z w y',
);

const LATIN_PLAIN = /^[a-z0-9'’-]+$/i;
const LETTERS_FOREIGN_MAX = 0.2;

/** False where a text is clearly in another language; short lines of names and code are taken for English. */
export function isEnglish(request: string): boolean {
  const all = request.slice(0, 2000).match(/\p{L}[\p{L}\p{M}'’-]*/gu) ?? [];
  const letters = all.join('');
  const foreign = [...letters].filter(
    (letter) => !/[\p{Script=Latin}\p{M}'’-]/u.test(letter),
  ).length;
  if (foreign > letters.length * LETTERS_FOREIGN_MAX) return false;
  const told = all.map((word) => word.toLowerCase()).filter((word) => !SHARED.has(word));
  const english = told.filter((word) => ENGLISH.has(word)).length;
  const others = told.filter((word) => OTHERS.has(word) && !ENGLISH.has(word)).length;
  const accented = told.filter((word) => !LATIN_PLAIN.test(word)).length;
  return others + accented / 2 <= english || others + accented < 2;
}
