/** Numbers of a run that both screens show. */
import { isActive, type Run } from '../../../electron/contract/run.ts';

/** Milliseconds from start to end, or to `now` for a run that goes on. */
export function elapsedMs(run: Run, now: number): number {
  const started = new Date(run.startedAt).getTime();
  const { state } = run;
  const end = 'finishedAt' in state ? new Date(state.finishedAt).getTime() : now;
  // The clock of the screen and that of the engine are read at different moments: never less than was reported.
  return Math.max(0, end - started, isActive(state) ? (run.progress?.elapsedMs ?? 0) : 0);
}

/** Rows written, or read so far; undefined before the first report. */
export function rowsOf(run: Run): number | undefined {
  return run.state.tag === 'succeeded' ? run.state.rows : run.progress?.rows;
}

/** Bytes that were sent to the destination; after a run that did not succeed they are not there any more. */
export function bytesOf(run: Run): number | undefined {
  return run.state.tag === 'succeeded' ? run.state.bytes : run.progress?.bytesUploaded;
}

/** True where rows and bytes of a run are, or may come to be, at the destination. */
export function counts(run: Run): boolean {
  return run.state.tag === 'succeeded' || isActive(run.state);
}

/** True for a failed run that has kept what it wrote. */
export function isResumable({ state }: Run): boolean {
  return state.tag === 'failed' && state.resumable !== undefined;
}

export type RunFilter = 'all' | 'active' | 'succeeded' | 'failed' | 'cancelled';

/** The same test as the engine's, so that runs that come in live are shown or not as a new search would. */
export function matches(run: Run, filter: RunFilter, text: string): boolean {
  if (filter === 'active' ? !isActive(run.state) : filter !== 'all' && run.state.tag !== filter) return false;
  const needle = text.trim().toLowerCase();
  if (needle === '') return true;
  return [run.id, run.spec.name ?? '', run.sourceLabel, run.destinationLabel].some((each) =>
    each.toLowerCase().includes(needle),
  );
}
