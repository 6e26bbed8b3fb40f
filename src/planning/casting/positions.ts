/**
 * Sides and parts: what the two advocates of a debate argue for, and which part of the work is whose, as far as the
 * request says it. Pure.
 */

const WORD = String.raw`[\p{L}\p{N}][\p{L}\p{N}.+#/'-]*`;
const THING = String.raw`(?:(?:an?|the|our|to) )?${WORD}(?: (?!(?:or|vs|versus|for|as|in|on|and|with|against|over|before|so|where|to|when|because|suits?|fits?|is|are|would|will|should|can|could|serves?|works?|then|have|let)\b)${WORD}){0,4}`;
const SIDES = [
  String.raw`\bbetween (${THING}) and (${THING})`,
  String.raw`\b(${THING})(?:,)? (?:vs\.?|versus|against) (${THING})`,
  String.raw`\b(?:use|using|adopt|choose|be|keep|pick|build|need|want|prefer|whether|either) (${THING}),? or (${THING})`,
  String.raw`\b(${THING}),? or (?!not\b)(${THING})`,
].map((source) => new RegExp(source, 'iu'));

/** Words before a thing that are not of it: "debate PostgreSQL vs DynamoDB". */
const LEADING =
  /^(?:debate|compare|weigh|argue|discuss|consider|decide|judge|whether|we|should|use|using|adopt|choose|be|to|about|on|of|if|let|have|us|pick|the question|merits?|pros|cons|it|better|best|is)\s+/i;

/** What the request sets against each other: "PostgreSQL or DynamoDB". */
export function sidesIn(request: string): [string, string] | undefined {
  const text = request.replace(/\s+/g, ' ');
  for (const pattern of SIDES) {
    const [, left, right] = pattern.exec(text) ?? [];
    if (left && right) {
      const sides = [bare(left), bare(right)] as [string, string];
      if (sides.every((side) => side !== '' && !GENERIC.test(side))) return sides;
    }
  }
  return undefined;
}

/** What stands on both sides of "or" and is nothing to argue for. */
const GENERIC =
  /^(not|approaches|options|two|more|less|one|other|another|so|better|worse|agents?)$/i;

function bare(thing: string): string {
  let text = thing.trim();
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(LEADING, '');
  }
  return text.replace(/[.,]$/, '');
}

/**
 * The parts of one piece of work: "implement the payment and receipt modules" are two, "a, b and c" are three.
 * Undefined when it does not fall into exactly `count` parts.
 */
export function partsOf(duty: string, count: number): string[] | undefined {
  const [, verb = '', rest = ''] = /^(\S+) (.+)$/.exec(duty) ?? [];
  const pieces = rest
    .split(/, and |, | and | & /)
    .map((piece) => piece.trim())
    .filter(Boolean);
  if (pieces.length !== count || count < 2) return undefined;
  const article = /^(the|our|a|an) /i.exec(pieces[0] ?? '')?.[0] ?? '';
  const heads = (pieces.at(-1) ?? '').split(' ');
  // "the payment and receipt modules": the head of the last is that of all.
  const shared = pieces
    .slice(0, -1)
    .every((piece) => piece.replace(article, '').split(' ').length === 1);
  const head = heads.length > 1 && shared ? (heads.at(-1) ?? '') : '';
  const one = head.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
  return pieces.map((piece, i) => {
    const words = piece.replace(article, '');
    const last = i === pieces.length - 1;
    if (head === '') return `${verb} ${piece}`;
    return `${verb} ${article}${last ? words.replace(new RegExp(`${head}$`), one) : `${words} ${one}`}`;
  });
}
