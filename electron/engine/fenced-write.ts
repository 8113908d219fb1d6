/** Taking a state over, so that it is known whether conditions keep two writers apart. */
import { OF_NO_OBJECT, type StateShelf } from './state-shelf.ts';

/**
 * Replaces what has this tag, and finds out on the way what the endpoint does with conditions. It is asked each time,
 * because a state can be copied from one endpoint to another, and an endpoint can learn.
 * @param textOf the text, which says whether something fences it; another one with each call
 * @returns undefined where somebody else was quicker
 */
export async function replaceFenced(
  shelf: StateShelf,
  key: string,
  textOf: (fenced: boolean) => string,
  tag: string,
  signal: AbortSignal,
): Promise<{ readonly tag: string; readonly fenced: boolean } | undefined> {
  // An endpoint that does not know conditions takes this write, which one that does refuses.
  const ignored = await shelf.replaceState(key, textOf(false), OF_NO_OBJECT, signal);
  if (ignored !== undefined) return { tag: ignored, fenced: false };
  const written = await shelf.replaceState(key, textOf(true), tag, signal);
  if (written === undefined) return undefined;
  if (!shelf.refusesConditions) return { tag: written, fenced: true };
  const open = await shelf.replaceState(key, textOf(false), written, signal);
  return open === undefined ? undefined : { tag: open, fenced: false };
}
