/**
 * A request that makes something exist is not broken off the moment that the run is: S3 may have all of it by then, and make
 * the object when the clean-up has looked already. So what is on its way has a while to be answered; nothing more is sent.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { S3Client } from '@aws-sdk/client-s3';

/** In milliseconds. A cancel is over within two seconds, with the clean-up behind this. */
const GRACE_MS = 750;

/**
 * Makes a request with a signal that follows `signal` a while later. What comes back may come when `signal` has fired.
 * @param onUnanswered told when that while has passed: S3 may still make what was asked for
 * @throws what the request throws, and the reason of `signal` where it had fired before
 */
export async function untilAnswered<T>(
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
  onUnanswered: () => void,
): Promise<T> {
  signal.throwIfAborted();
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const giveUp = () => {
    onUnanswered();
    late.abort(signal.reason);
  };
  const onAbort = () => {
    timer = setTimeout(giveUp, GRACE_MS);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await ends.run(signal, () => request(late.signal));
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}

/** When the run was ended whose request is being made. */
const ends = new AsyncLocalStorage<AbortSignal>();

/**
 * Lets the SDK make no attempt at such a request once the run is over: it would be one that the while is not for, after a
 * failure or a wait. Behind the SDK's own retries in the stack, so that it is asked before each of them.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/middleware-stack.html
 */
export function attemptNothingBehindTheEnd(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      ends.getStore()?.throwIfAborted();
      return await next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'nothing behind the end' },
  );
}
