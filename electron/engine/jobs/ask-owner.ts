/**
 * What a process asks of the one that works on a run, through a file beside that of the run: so it is the same on every
 * system, and nobody has to signal a process that may have become another one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import { isActive, type RunState } from '../../contract/run.ts';
import type { StateStore, StoredRun } from '../ports.ts';
import type { RunRequest, RunRequests } from '../run-requests.ts';

/** Milliseconds between two looks whether it is done. */
const LOOK_MS = 50;

/**
 * Milliseconds until a request that nobody takes is withdrawn. Whoever works on a run looks four times a second; one that is
 * asleep with its computer, or of a version that does not look, never does.
 */
const GIVE_UP_MS = 15_000;

/** What the asking needs. */
export interface AskOwnerDeps {
  readonly store: Pick<StateStore, 'load'> & RunRequests;
  /** Brings a run to its end whose process is gone; does nothing to any other. */
  readonly recover: (stored: StoredRun) => Promise<void>;
  /** See {@link GIVE_UP_MS}, which it is where left out. */
  readonly giveUpMs?: number | undefined;
}

/**
 * Asks, and comes back when it is so or the run has ended. A cancelled run has then been cleaned up after.
 * @throws AppError `STORE_RUN_BUSY` where nobody listens; the signal's reason
 */
export async function askOwner(
  { store, recover, giveUpMs = GIVE_UP_MS }: AskOwnerDeps,
  asked: StoredRun,
  request: RunRequest,
  signal: AbortSignal,
): Promise<RunState> {
  const { id } = asked.run;
  await store.ask(id, request);
  const giveUpAt = performance.now() + giveUpMs;
  try {
    for (let stored = asked; ;) {
      await recover(stored);
      stored = (await store.load(id)) ?? stored;
      const { state } = stored.run;
      if (hasDone(request, state)) return state;
      if (performance.now() > giveUpAt && (await store.isAsked(id))) throw unheard(stored);
      await sleep(LOOK_MS, undefined, { signal });
    }
  } finally {
    // Nothing may be left for the next process that works on the run.
    await store.takeRequest(id);
  }
}

/** True where nothing is left to wait for. Pure. */
export function hasDone(request: RunRequest, state: RunState): boolean {
  if (!isActive(state)) return true;
  if (request === 'cancel') return false;
  if (state.tag !== 'running') return state.tag === 'cancelling';
  return (state.paused === true) === (request === 'pause');
}

function unheard({ run, owner }: StoredRun): AppError {
  return new AppError(
    'STORE_RUN_BUSY',
    `Process ${owner.pid} of ${owner.host}, which works on run ${run.id}, does not answer.`,
    { details: { pid: owner.pid } },
  );
}
