/** Changes in documents that somebody else could have made: other keys, other types, less, more, and what is no JSON. */
import type { Random } from '../harness/random.ts';

/** A JSON value with one thing changed, as text. */
export function mutated(text: string, strange: readonly string[], random: Random): string {
  const kind = random.below(12);
  if (kind === 0) return text.slice(0, random.below(text.length));
  if (kind === 1)
    return random.pick(['', 'null', '[]', '{}', '"x"', '\u0000', '[[[[', '{"version":1}', '1e999']);
  const document = JSON.parse(text) as unknown;
  const places = placesIn(document, []);
  const keys = places.filter(({ value }) => typeof value === 'string' && value.includes('/'));
  const lists = places.filter(({ value }) => Array.isArray(value));
  // Keys most of the time: they are what can reach others.
  if (kind < 7 && keys.length > 0) return withValue(document, random.pick(keys).path, random.pick(strange));
  if (kind < 9 && lists.length > 0) {
    const { path, value } = random.pick(lists);
    return withValue(document, path, [
      ...(value as unknown[]),
      ...strange.slice(random.below(strange.length)),
    ]);
  }
  // What an earlier change has left may have nothing in it.
  if (places.length === 0) return 'null';
  const { path } = random.pick(places);
  return withValue(document, path, otherValue(random, strange));
}

interface Place {
  readonly path: readonly string[];
  readonly value: unknown;
}

function placesIn(value: unknown, path: readonly string[]): Place[] {
  const here = path.length === 0 ? [] : [{ path, value }];
  if (typeof value !== 'object' || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([name, each]) => placesIn(each, [...path, name]))];
}

function withValue(document: unknown, path: readonly string[], value: unknown): string {
  const copy = structuredClone(document);
  let at = copy as Record<string, unknown>;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else at[last] = value;
  return JSON.stringify(copy);
}

function otherValue(random: Random, strange: readonly string[]): unknown {
  return random.pick([
    undefined,
    null,
    -1,
    0,
    2 ** 53,
    1e308,
    true,
    '',
    '..',
    '../../x',
    'FFFFFFFF/FFFFFFFF',
    '0/0',
    'x'.repeat(5_000),
    [],
    {},
    [null],
    random.pick(strange),
  ]);
}
