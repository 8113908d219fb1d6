/** What of a run that did not reach its end may stay for another attempt, and what has to go. Pure. */
import { toWireError } from '../../contract/app-error.ts';
import { ERRORS } from '../../contract/error-table.ts';
import type { Resumable } from '../../contract/run.ts';
import type { OpenUpload, StoredRun } from '../ports.ts';

/** Objects and uploads that have to go. */
export interface Leftover {
  readonly uploads: readonly OpenUpload[];
  readonly keys: readonly string[];
}

/**
 * What a run keeps that fails with this error: its finished ranges, where the job wants that and another attempt can
 * come to something. Undefined where it keeps nothing.
 */
export function keptAfter({ run, reading }: StoredRun, error: unknown): Resumable | undefined {
  if (run.spec.recovery !== 'resume' || run.state.tag === 'cancelling') return undefined;
  if (reading === undefined || reading.ranges.length === 0) return undefined;
  const { code } = toWireError(error);
  // What is wrong with the data, or with Sluice, is wrong the next time too.
  if (ERRORS[code].retry === 'never' || code.startsWith('DATA_') || code.startsWith('INTERNAL_'))
    return undefined;
  return { doneRanges: reading.done.length, ranges: reading.ranges.length };
}

/** What has to go from the destination: all that was written, but for the finished ranges of a run that keeps them. */
export function leftoverOf(stored: StoredRun, keeps: boolean): Leftover {
  const done = keeps ? (stored.reading?.done ?? []) : [];
  const kept = new Set(done.flatMap(({ objects }) => objects.map(({ key }) => key)));
  return {
    uploads: stored.openUploads.filter(({ key }) => !kept.has(key)),
    keys: stored.writtenKeys.filter((key) => !kept.has(key)),
  };
}

/** True for a run that has failed and waits to be resumed or discarded. */
export function isResumable({ run: { state } }: StoredRun): boolean {
  return state.tag === 'failed' && state.resumable !== undefined;
}
