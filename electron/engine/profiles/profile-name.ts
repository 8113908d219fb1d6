/** Names of profiles: unique among those of one kind, however they are capitalised. */

/** The longest name that a profile takes, in characters; the same as in the contract. */
const NAME_MAX = 100;

/** What two names have in common that a person would take for one: `Demo`, `demo`. */
export function nameKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/** A free name for a copy: `Demo copy`, `Demo copy 2`. A copy of a copy does not become `Demo copy copy`. */
export function copyName(name: string, taken: readonly string[]): string {
  const original = name.replace(/ copy(?: \d+)?$/, '');
  return firstFree(taken, (n) => withSuffix(original, n === 1 ? ' copy' : ` copy ${n}`));
}

/** The name itself where it is free, else `Demo 2`, `Demo 3`. */
export function freeName(name: string, taken: readonly string[]): string {
  return firstFree(taken, (n) => withSuffix(name, n === 1 ? '' : ` ${n}`));
}

function firstFree(taken: readonly string[], nameAt: (n: number) => string): string {
  const keys = new Set(taken.map(nameKey));
  let n = 1;
  while (keys.has(nameKey(nameAt(n)))) n += 1;
  return nameAt(n);
}

function withSuffix(name: string, suffix: string): string {
  // A cut must not leave half of a character that takes two units.
  const head = name.slice(0, NAME_MAX - suffix.length).replace(/[\ud800-\udbff]$/, '');
  return `${head.trimEnd()}${suffix}`;
}
