import { AppError, unexpected } from '../../electron/contract/app-error.ts';

/** What was caught, as an error with a code: everything that is not one is a defect and says so. */
export function appErrorOf(error: unknown): AppError {
  return error instanceof AppError ? error : unexpected(error);
}

/** True where the renderer itself has given up waiting: there is nothing to report. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
