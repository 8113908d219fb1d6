import { isActive } from '../../contract/run.ts';
import type { StoredRun } from '../ports.ts';

/**
 * True for a run that the history may not forget, however old it is: nobody else knows what it has left at its
 * destination, and it could not be gone on with any more. Pure.
 */
export function mustStay({ run: { state }, openUploads, writtenKeys }: StoredRun): boolean {
  const resumable = state.tag === 'failed' && state.resumable !== undefined;
  return isActive(state) || resumable || openUploads.length > 0 || writtenKeys.length > 0;
}
