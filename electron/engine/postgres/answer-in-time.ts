import type { Session } from './session.ts';

/**
 * Waits for a statement that costs the server nothing. A connection that is dead without saying so never answers, and a
 * lane would wait for it for ever: it is dropped after `ms`, and the statement fails like any whose connection is lost.
 * @throws what the statement throws
 */
export async function answerInTime<T>(session: Session, ms: number, statement: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => session.destroy(), ms);
  try {
    return await statement();
  } finally {
    clearTimeout(timer);
  }
}
