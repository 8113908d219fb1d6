import { setTimeout as sleep } from 'node:timers/promises';

/** Waits so long, or until the signal fires: then it throws what the signal was aborted with. */
export async function sleepUnless(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}
