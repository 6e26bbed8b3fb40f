/** The lock file holds on every machine: for each platform, and wherever packages come from. */
import { describe, expect, it } from 'vitest';
import { bytesOf } from './sources.ts';

interface Locked {
  resolved?: string;
  integrity?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, Locked>;
}

const text = bytesOf('package-lock.json').toString();
const { packages }: Lock = JSON.parse(text);

/** Where a package finds another: beside it, or in a folder above. */
function isFound(from: string, name: string): boolean {
  const beside = from === '' ? '' : `${from}/`;
  if (`${beside}node_modules/${name}` in packages) return true;
  if (from === '') return false;
  return isFound(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}

describe('the lock file', () => {
  it('has every package of every platform', () => {
    const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ path, name })),
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter(({ path, name }) => !isFound(path, name))).toEqual([]);
  });

  it('names no address, and each package by its bytes', () => {
    expect(text).not.toContain('"resolved"');
    const unsure = Object.entries(packages).filter(
      ([path, { integrity }]) => path !== '' && !integrity,
    );
    expect(unsure.map(([path]) => path)).toEqual([]);
  });
});
