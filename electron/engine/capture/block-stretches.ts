/** Arithmetic with stretches of blocks. Pure. */
import type { BlockStretch } from '../../contract/capture-log.ts';

/** The same blocks, in order, with as few stretches as there can be. */
export function united(stretches: readonly BlockStretch[]): BlockStretch[] {
  const joined: BlockStretch[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || end(last) < stretch.from) joined.push(stretch);
    else if (end(stretch) > end(last)) joined[joined.length - 1] = { from: last.from, to: stretch.to };
  }
  return joined;
}

/** The pieces of a stretch that lie in others, and those that do not; both in order. */
export function divided(
  stretch: BlockStretch,
  others: readonly BlockStretch[],
): { readonly inside: BlockStretch[]; readonly outside: BlockStretch[] } {
  const inside: BlockStretch[] = [];
  const outside: BlockStretch[] = [];
  let at = stretch.from;
  for (const other of united(others)) {
    const from = Math.max(at, other.from);
    const to = Math.min(end(stretch), end(other));
    if (from >= to) continue;
    if (at < from) outside.push({ from: at, to: from });
    inside.push({ from, to: to === Infinity ? null : to });
    at = to;
  }
  if (at < end(stretch)) outside.push({ from: at, to: stretch.to });
  return { inside, outside };
}

function end({ to }: BlockStretch): number {
  return to ?? Infinity;
}
