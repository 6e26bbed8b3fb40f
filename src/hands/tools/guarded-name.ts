/**
 * Names that are guarded, however they are spelt. A file system may fold case, drop trailing dots, ignore
 * invisible characters or know a short form; so names are compared the way the most forgiving one would.
 */
/** Characters that HFS+ and some viewers ignore within a name. */
const IGNORED = /[\p{Cf}\p{Mn}\u115f\u1160\u3164\uffa0]/gu;

/** A name as the most forgiving file system reads it. */
export function foldedName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(IGNORED, '')
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
    .toLowerCase()
    .replaceAll('ſ', 's')
    .normalize('NFKC');
}

/** Windows also knows `.git` as `GIT~1`. */
const shortForm = (name: string): RegExp =>
  new RegExp(`^${name.replace(/[^a-z0-9]/g, '').slice(0, 6)}[a-z0-9]{0,2}~[0-9]+$`);

/** The first of the names that is one of `guarded`, in whatever spelling. */
export function guardedAmong(
  names: readonly string[],
  guarded: readonly string[],
): string | undefined {
  const wanted = guarded.map((name) => ({ name: foldedName(name), short: shortForm(name) }));
  return names.find((name) => {
    const folded = foldedName(name);
    return wanted.some((one) => folded === one.name || one.short.test(folded));
  });
}

/** The first of the names that belongs to an environment file: `.env`, `.env.local`, `.envrc`. */
export function environmentAmong(names: readonly string[]): string | undefined {
  return names.find((name) => {
    const folded = foldedName(name);
    return folded.startsWith('.env') || /^env[a-z0-9]{0,5}~[0-9]+$/.test(folded);
  });
}
