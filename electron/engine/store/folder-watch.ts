import { watch, type FSWatcher } from 'node:fs';
import { makeFolderSync } from '../lib/make-folder.ts';
import type { Log } from '../ports.ts';
import { FOLDER_MODE } from './write-file.ts';

/** Milliseconds in which the events of one file are taken together: a rename alone makes two or three. */
const SETTLE_MS = 40;

/**
 * Calls the listener with the name of a file in the folder that came, went or changed. Driven by the events of the
 * file system, so nothing runs while nothing happens, and it does not keep the process alive. Where the system
 * offers no watching (a network folder, no inotify left), it says so once in the log and stays silent.
 */
export function watchFolder(folder: string, listener: (name: string) => void, log: Log): () => void {
  const pending = new Map<string, NodeJS.Timeout>();
  let watcher: FSWatcher | undefined;

  const close = () => {
    watcher?.close();
    watcher = undefined;
    for (const timer of pending.values()) clearTimeout(timer);
    pending.clear();
  };
  const fail = (error: unknown) => {
    close();
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`Changes by other processes in ${folder} will not be noticed: ${reason}`);
  };

  try {
    makeFolderSync(folder, FOLDER_MODE);
    watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || pending.has(name)) return;
      const timer = setTimeout(() => {
        pending.delete(name);
        listener(name);
      }, SETTLE_MS);
      timer.unref();
      pending.set(name, timer);
    });
    watcher.on('error', fail);
  } catch (error) {
    fail(error);
  }
  return close;
}
