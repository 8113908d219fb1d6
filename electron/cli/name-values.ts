import { AppError } from '../contract/app-error.ts';

/** For commander: gathers the values of an option that can come several times. */
export function gathered(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/**
 * Parses `name=value` pairs; a value may have further equals signs in it.
 * @throws AppError `CONFIG_USAGE` for a text without one, and for a name that comes twice
 */
export function parseNameValues(texts: readonly string[], option: string): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const text of texts) {
    const cut = text.indexOf('=');
    if (cut < 1) throw new AppError('CONFIG_USAGE', `${option}: "${text}" is not name=value`);
    const name = text.slice(0, cut);
    if (pairs.has(name)) throw new AppError('CONFIG_USAGE', `${option}: "${name}" comes twice`);
    pairs.set(name, text.slice(cut + 1));
  }
  return Object.fromEntries(pairs);
}
