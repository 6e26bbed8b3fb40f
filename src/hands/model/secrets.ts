/**
 * Secrets stay out of what is told: of failures that are recorded, and of the process log. What providers and
 * libraries say may quote a key; it is taken out here, whoever said it.
 */

const DETAIL_MAX = 1000;

/** Takes secrets, and whatever looks like one, out of a text, and bounds its length. */
export function scrub(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[secret]');
  clean = clean
    .replace(/\bsk-[A-Za-z0-9_-]{8,}/g, '[secret]')
    .replace(/\b(Bearer\s+)[^\s"',;]+/gi, '$1[secret]')
    .replace(/(\/\/)[^/\s@]+@/g, '$1[secret]@');
  return clean.length > DETAIL_MAX ? `${clean.slice(0, DETAIL_MAX)}…` : clean;
}
