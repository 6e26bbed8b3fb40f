/** The names that a mistyped one may have meant, the nearest first. Pure. */
export function nearestNames(word: string, names: Iterable<string>, most = 3): string[] {
  const wanted = word.toLowerCase();
  const parts = new Set(wanted.split(/[^a-z0-9]+/).filter((part) => part.length > 2));
  const near: { name: string; distance: number }[] = [];
  for (const name of names) {
    const typed = distance(wanted, name.toLowerCase());
    const shared = name.split('-').filter((part) => parts.has(part)).length;
    if (typed <= Math.max(2, wanted.length / 4) || shared > 0)
      near.push({ name, distance: typed - 10 * shared });
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** How many letters must be changed, added or left out. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
