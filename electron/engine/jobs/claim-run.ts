import { AppError } from '../../contract/app-error.ts';
import { isActive } from '../../contract/run.ts';
import type { StateStore, StoredRun } from '../ports.ts';
import { isResumable } from './kept-work.ts';
import type { Owner } from './recover.ts';
import { transition } from './run-transition.ts';

/**
 * Takes a run that has kept something, to go on with it or to discard it. Of several that try at once, in whatever
 * process, one gets it.
 * @throws AppError `STORE_RUN_BUSY`, `STORE_RUN_NOT_RESUMABLE`, `STORE_RUN_NOT_FOUND`
 */
export async function claimRun(
  store: StateStore,
  runId: string,
  owner: Owner,
  purpose: 'resume' | 'discard',
): Promise<StoredRun> {
  const claimed = await store.claim(runId, (stored) => {
    assertResumable(stored);
    return {
      ...stored,
      owner,
      run: { ...stored.run, state: transition(stored.run.state, { tag: purpose }) },
    };
  });
  if (claimed !== undefined) return claimed;
  throw new AppError('STORE_RUN_NOT_FOUND', `There is no run ${runId} in the history.`, {
    details: { runId },
  });
}

/** @throws AppError `STORE_RUN_BUSY`, `STORE_RUN_NOT_RESUMABLE` */
export function assertResumable(stored: StoredRun): void {
  if (isResumable(stored)) return;
  const { id, state } = stored.run;
  if (isActive(state)) {
    throw new AppError('STORE_RUN_BUSY', `Run ${id} is going on (process ${stored.owner.pid}).`, {
      details: { pid: stored.owner.pid },
    });
  }
  throw new AppError('STORE_RUN_NOT_RESUMABLE', `Run ${id} has kept nothing that could be gone on with.`);
}
