import type { EngineDeps } from './engine-api.ts';
import type { JobDesk } from './jobs/job-desk.ts';
import type { ProfileBook } from './profiles/profile-book.ts';

/** Failures are logged and not thrown: yesterday's debris must not keep today's work from starting. */
export async function recoverEarlierWork(
  jobs: JobDesk,
  book: ProfileBook,
  { log, origin }: EngineDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    await jobs.recoverAbandoned(signal);
    // A command line that runs beside an open window must not take the window's undo away.
    if (origin !== 'cli') await book.purgeRemoved();
  } catch (error) {
    log.error(
      `Cleaning up after the last time failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
