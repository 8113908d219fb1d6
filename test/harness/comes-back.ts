/**
 * For what must not wait. The test holds back what would be waited for, for longer than this or for ever: whoever comes back
 * all the same has not waited for it, on a machine that is busy with much else as well. How fast something is belongs into
 * `test/bench`.
 */
const HANG_MS = 20_000;

/**
 * Does the work, and gives what it gives.
 * @param withinMs shorter than whatever is held back
 * @throws Error where it has not come back by then
 */
export async function comesBack<T>(work: () => Promise<T>, withinMs = HANG_MS): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`has not come back after ${withinMs} ms`)), withinMs);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
