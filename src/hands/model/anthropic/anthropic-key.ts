/**
 * What can be said of a key and a URL before anything is sent: a key that was copied with its quotes, or with what an
 * editor made of them, can stand in no header, and asking with it again would change nothing. No key is ever told.
 */

/** What is wrong with a key, and what to do; undefined when a provider may judge it. `name` is where it was found. */
export function problemOfKey(name: string, key: string): string | undefined {
  const at = key.search(/[^\x21-\x7e]/);
  if (at >= 0) {
    const code = (key.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `${name} holds a character that no key has (U+${code}, the ${at + 1}. of ${key.length}): ${REMEDY}`;
  }
  return /^["'`]|["'`]$/.test(key) ? `${name} stands in quotes: ${REMEDY}` : undefined;
}

const REMEDY = 'copy the key again, without quotes, spaces or line breaks';

export function problemOfUrl(name: string, url: string): string | undefined {
  const isUrl = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return isUrl ? undefined : `${name} is not a URL: write https://host[/path]`;
}
