/** Names for tables and columns at warehouses that do not take what Postgres takes. */

/**
 * Names made different where a warehouse would take them for the same: a query can have several columns of one name,
 * and to most warehouses `a` and `A` are one.
 */
export function distinctNames(
  names: readonly string[],
  { caseMatters = false }: { readonly caseMatters?: boolean } = {},
): string[] {
  const asSeen = (name: string) => (caseMatters ? name : name.toLowerCase());
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let n = 2; taken.has(asSeen(distinct)); n++) distinct = `${name}_${n}`;
    taken.add(asSeen(distinct));
    return distinct;
  });
}

/** A name of ASCII letters, digits and underscores, which does not begin with a digit. */
export function plainName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_]+/g, '_').slice(0, 120);
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}
