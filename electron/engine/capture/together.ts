/**
 * Waits for the first, and ends the others when it ends. An error of one of the others ends the first, and is what is
 * thrown.
 * @returns what the first gives
 */
export async function together<T>(
  first: Promise<T>,
  others: readonly Promise<unknown>[],
  abort: AbortController,
): Promise<T> {
  let failed: { readonly error: unknown } | undefined;
  const watched = others.map(async (other) => {
    try {
      await other;
    } catch (error) {
      // What ends because the first has ended is no failure.
      if (abort.signal.aborted) return;
      failed = { error };
      abort.abort(error);
    }
  });
  try {
    return await first;
  } catch (error) {
    throw failed === undefined ? error : failed.error;
  } finally {
    abort.abort();
    await Promise.all(watched);
  }
}
