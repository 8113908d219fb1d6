/**
 * A request that makes something exist is not broken off the moment that the run is: S3 may have all of it by then, and make
 * the object when the clean-up has looked already. Nobody would know of that object. So the request has a while to be
 * answered; what takes longer has most likely not been sent to its end, and of half a body nothing is made.
 */

/** In milliseconds. A cancel is over within two seconds, with the clean-up behind this. */
const GRACE_MS = 750;

/**
 * Makes a request with a signal that follows `signal` a while later. What comes back may come when `signal` has fired.
 * @throws what the request throws, and the reason of `signal` where it had fired before
 */
export async function untilAnswered<T>(
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => late.abort(signal.reason), GRACE_MS);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await request(late.signal);
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}
