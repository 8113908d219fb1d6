/**
 * The history: one file for each run, so that two processes never write the same one and a damaged file costs one run.
 * Beside it lies what has happened since it was written (run-changes.ts).
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/app-error.ts';
import { isActive, runIdSchema } from '../../contract/run.ts';
import type { Log, StateStore, StoredRun } from '../ports.ts';
import { changedRun, type RunChange } from '../run-change.ts';
import { withFileLock } from './file-lock.ts';
import { fingerprint } from './fingerprint.ts';
import { watchFolder } from './folder-watch.ts';
import { isSettledText, mustStay } from './must-stay.ts';
import { corrupt, isFileError, parseStoredText } from './read-json.ts';
import { appendChanges, changesFile, newMark, readChanges, removeChanges } from './run-changes.ts';
import { requestFiles } from './request-files.ts';
import { SaveQueue } from './save-queue.ts';
import { storedRunSchema, storedRunText } from './stored-run.ts';
import { notWritable, sweepTemporaryFiles, writeFileAtomically } from './write-file.ts';

/** Runs that are kept; the oldest go first, but for those that {@link mustStay}. */
export const RUNS_KEPT = 1_000;

/** Files opened at once while the list is read: more gains nothing and can run out of descriptors. */
const READERS = 32;

interface Cached {
  readonly fingerprint: string;
  /** Undefined for a file that cannot be used: it is warned of once, not on every list. */
  readonly stored: StoredRun | undefined;
}

/** The history in `runs/` of the folder; made by the first run. */
export function createRunFiles(folder: string, log: Log): StateStore {
  const runs = path.join(folder, 'runs');
  const fileOf = (runId: string) => path.join(runs, `${runId}.json`);
  const cache = new Map<string, Cached>();
  const ownWrites = new Map<string, string>();
  const saving = new Map<string, SaveQueue>();
  /** The marks of files that this process has written. */
  const marks = new Map<string, string>();

  const write = async (stored: StoredRun): Promise<void> => {
    const runId = stored.run.id;
    const isNew = !ownWrites.has(runId);
    const mark = newMark();
    const written = await writeFileAtomically(fileOf(runId), storedRunText(stored, mark));
    ownWrites.set(runId, fingerprint(written));
    const before = marks.get(runId);
    marks.set(runId, mark);
    // Another process may have left changes, and may have died before it could remove them.
    if (before === undefined) await removeChanges(runs, runId, mark);
    else await rm(changesFile(runs, runId, before), { force: true }).catch(() => undefined);
    if (!isNew) return;
    await prune(runs, cache);
    await sweepTemporaryFiles(runs);
    await sweepTemporaryFiles(folder);
  };

  const readCached = async (runId: string): Promise<StoredRun | undefined> => {
    const file = fileOf(runId);
    try {
      const current = fingerprint(await stat(file));
      const known = cache.get(runId);
      if (known?.fingerprint === current) return known.stored;
      const { stored } = await readRun(file).catch((error: unknown) => {
        log.warn(
          `A run is left out of the history: ${error instanceof Error ? error.message : String(error)}`,
        );
        return { stored: undefined };
      });
      cache.set(runId, { fingerprint: current, stored });
      return stored;
    } catch (error) {
      // Another process has pruned it since the folder was listed.
      if (isFileError(error, 'ENOENT')) return undefined;
      throw corrupt(file, 'the system refuses to read it', error);
    }
  };

  const queueOf = (runId: string): SaveQueue => {
    const known = saving.get(runId);
    if (known !== undefined) return known;
    const changes = async (some: readonly RunChange[]) =>
      await appendChanges(changesFile(runs, runId, marks.get(runId) ?? ''), some);
    const queue = new SaveQueue({ whole: write, changes });
    saving.set(runId, queue);
    return queue;
  };

  const load = async (runId: string): Promise<StoredRun | undefined> => {
    try {
      const { stored, mark } = await readRun(fileOf(runId));
      if (mark === undefined) return stored;
      const changes = await readChanges(changesFile(runs, runId, mark));
      return changes.reduce(changedRun, stored);
    } catch (error) {
      if (isFileError(error, 'ENOENT')) return undefined;
      throw error;
    }
  };

  const isOwnWrite = async (runId: string): Promise<boolean> => {
    try {
      return fingerprint(await stat(fileOf(runId))) === ownWrites.get(runId);
    } catch {
      // Pruned since: that is nothing to tell anybody.
      return true;
    }
  };

  return {
    save: async (stored, change) => {
      const runId = stored.run.id;
      const queue = queueOf(runId);
      await queue.save(stored, change);
      if (!isActive(stored.run.state) && queue.idle) saving.delete(runId);
    },
    load,
    claim: async (runId, change) =>
      await withFileLock(fileOf(runId), async () => {
        const stored = await load(runId);
        const changed = stored === undefined ? undefined : change(stored);
        // Whoever had it since this process did has left a mark of its own.
        marks.delete(runId);
        if (changed !== undefined) await write(changed);
        return changed;
      }),
    ...requestFiles((runId) => path.join(runs, `${runId}.request`)),
    list: async () => {
      const ids = await listIds(runs);
      const present = new Set(ids);
      for (const runId of cache.keys()) if (!present.has(runId)) cache.delete(runId);
      return await readEach(ids, readCached);
    },
    listUnsettled: async () =>
      await readEach(await listIds(runs), async (runId) =>
        (await isSettled(fileOf(runId))) ? undefined : await readCached(runId),
      ),
    watch: (listener) =>
      watchFolder(
        runs,
        (name) => {
          const runId = idOf(name);
          if (runId === undefined) return;
          void isOwnWrite(runId).then((own) => {
            if (!own) listener(runId);
            return own;
          });
        },
        log,
      ),
  };
}

async function readRun(
  file: string,
): Promise<{ readonly stored: StoredRun; readonly mark?: string | undefined }> {
  return parseStoredText(file, await readFile(file, 'utf8'), storedRunSchema);
}

/** What `read` gives of each run, in their order. */
async function readEach(
  ids: readonly string[],
  read: (runId: string) => Promise<StoredRun | undefined>,
): Promise<readonly StoredRun[]> {
  const found: (StoredRun | undefined)[] = [];
  for (let from = 0; from < ids.length; from += READERS) {
    found.push(...(await Promise.all(ids.slice(from, from + READERS).map(read))));
  }
  return found.filter((stored) => stored !== undefined);
}

/** What cannot be read is not settled: whoever reads it in earnest says why. */
async function isSettled(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text !== undefined && isSettledText(text);
}

/** Newest first: an id begins with the time of the start. */
async function listIds(runs: string): Promise<string[]> {
  try {
    const ids = (await readdir(runs)).map(idOf).filter((runId) => runId !== undefined);
    return ids.sort().toReversed();
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return [];
    throw corrupt(runs, 'the system refuses to list it', error);
  }
}

async function prune(runs: string, cache: Map<string, Cached>): Promise<void> {
  const old = (await listIds(runs)).slice(RUNS_KEPT);
  for (const runId of old) {
    const file = path.join(runs, `${runId}.json`);
    if (await isNeeded(file)) continue;
    await rm(file, { force: true }).catch((error: unknown) => {
      throw notWritable(file, error);
    });
    await removeChanges(runs, runId);
    await rm(path.join(runs, `${runId}.request`), { force: true }).catch(() => undefined);
    cache.delete(runId);
  }
}

/** Of a damaged file nothing can be known; what a later Sluice has written is for it to judge. */
async function isNeeded(file: string): Promise<boolean> {
  try {
    return mustStay((await readRun(file)).stored);
  } catch (error) {
    return error instanceof AppError && error.code === 'STORE_VERSION_NEWER';
  }
}

/** The run that a file belongs to; undefined for files that are being written and for strangers. */
function idOf(name: string): string | undefined {
  if (!name.endsWith('.json')) return undefined;
  const runId = name.slice(0, -'.json'.length);
  return runIdSchema.safeParse(runId).success ? runId : undefined;
}
