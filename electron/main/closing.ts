/**
 * Leaving in good order. A window with runs in progress asks before it closes; the process ends only after the
 * engine has cancelled its runs, aborted its uploads and closed its connections.
 */
import { app, BrowserWindow, dialog, type MessageBoxOptions } from 'electron';
import type { Engine } from '../engine/engine-api.ts';
import type { Log } from '../engine/ports.ts';

/** A destination that hangs must not keep the app open; what is left behind is cleaned up at the next start. */
const PATIENCE_MS = 5_000;

const KEEP_RUNNING = 'Keep running';
const CANCEL_AND_CLOSE = 'Cancel the run and close';

export interface Closing {
  /** Asks before this window closes while there are runs. */
  watch(window: BrowserWindow): void;
  /** True when a signal wants the app to end: nobody is there to be asked. */
  readonly unasked: boolean;
  /** The user was asked before the app ended, and wants to stay. */
  stay(): void;
}

/** @param staysOpen true while the app outlives its window, so that closing one ends nothing */
export function closeInGoodOrder(engine: Engine, staysOpen: () => boolean, log: Log): Closing {
  /** The user, or the system, wants the whole app to end and not only a window. */
  let quitting = false;
  /** A signal wants it, and nobody is there to be asked. */
  let unasked = false;
  let engineClosed = false;

  /** Somebody is being asked whether the runs shall end. */
  let asking = false;
  /** Asks, and goes when the answer is that nothing keeps the app. `go` is called with the runs gone. */
  const askFirst = (window: BrowserWindow | undefined, go: () => void) => {
    if (asking) return;
    asking = true;
    const leave = async () => {
      if (!(await wantsToCancel(window, engine.activeRuns().length))) {
        quitting = false;
        return;
      }
      await settle(cancelRuns(engine), 'cancelling runs', log);
      go();
    };
    leave()
      .catch((error: unknown) => log.error(`closing: ${String(error)}`))
      .finally(() => {
        asking = false;
      });
  };

  app.on('before-quit', (event) => {
    quitting = true;
    // With a window, its closing asks. From the tray, nothing else would.
    if (unasked || engine.activeRuns().length === 0 || BrowserWindow.getAllWindows().length > 0) return;
    event.preventDefault();
    askFirst(undefined, () => app.quit());
  });

  app.on('will-quit', (event) => {
    if (engineClosed) return;
    event.preventDefault();
    engineClosed = true;
    void settle(engine.close(), 'closing the engine', log).then(() => app.exit(0));
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      unasked = true;
      app.quit();
    });
  }

  return {
    get unasked() {
      return unasked;
    },
    stay() {
      quitting = false;
    },
    watch(window) {
      window.on('close', (event) => {
        if (unasked || engine.activeRuns().length === 0) return;
        if (!quitting && staysOpen()) return;
        event.preventDefault();
        askFirst(window, () => {
          window.destroy();
          if (quitting) app.quit();
        });
      });
    },
  };
}

async function wantsToCancel(window: BrowserWindow | undefined, runs: number): Promise<boolean> {
  const buttons = [KEEP_RUNNING, runs === 1 ? CANCEL_AND_CLOSE : 'Cancel the runs and close'];
  const question: MessageBoxOptions = {
    type: 'question',
    message: runs === 1 ? 'A run is in progress' : `${String(runs)} runs are in progress`,
    detail: 'Closing cancels it: the query ends, unfinished uploads are aborted, and nothing is left behind.',
    buttons,
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  const { response } = await (window === undefined
    ? dialog.showMessageBox(question)
    : dialog.showMessageBox(window, question));
  return response === 1;
}

async function cancelRuns(engine: Engine): Promise<void> {
  const { signal } = new AbortController();
  await Promise.all(engine.activeRuns().map((runId) => engine.calls['runs.cancel']({ runId }, { signal })));
}

/** Waits for the work, but not for ever, and not for its success. */
async function settle(work: Promise<unknown>, what: string, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`took longer than ${String(PATIENCE_MS / 1000)} s`), PATIENCE_MS);
  });
  const done = work.then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const trouble = await Promise.race([done, limit]);
  clearTimeout(timer);
  if (trouble !== undefined) log.error(`${what}: ${trouble}`);
}
