import type { Session } from './session.ts';

/** Runs the work; when the signal fires, cancels what the server does and rejects with the signal's reason. */
export async function cancellable<T>(
  session: Session,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const cancel = () => void session.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
