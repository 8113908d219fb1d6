/** Something in the files of a capture that is not as it has to be. */
export class HistoryError extends Error {}

/** @throws HistoryError */
export function fail(message: string): never {
  throw new HistoryError(message);
}
