/**
 * The history: one file for each run, so that two processes never write the same one and a damaged file costs one run.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { runIdSchema } from '../../contract/run.ts';
import type { Log, StateStore, StoredRun } from '../ports.ts';
import { withFileLock } from './file-lock.ts';
import { fingerprint } from './fingerprint.ts';
import { watchFolder } from './folder-watch.ts';
import { corrupt, isFileError, parseStoredText } from './read-json.ts';
import { STORED_RUN_VERSION, storedRunSchema, storedRunText } from './stored-run.ts';
import { notWritable, sweepTemporaryFiles, writeFileAtomically } from './write-file.ts';

/** Runs that are kept; the oldest go first. */
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
  const saving = new Map<string, Promise<void>>();

  const write = async (stored: StoredRun): Promise<void> => {
    const runId = stored.run.id;
    const isNew = !ownWrites.has(runId);
    const written = await writeFileAtomically(fileOf(runId), storedRunText(stored));
    ownWrites.set(runId, fingerprint(written));
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
      const stored = await readRun(file).catch((error: unknown) => {
        log.warn(
          `A run is left out of the history: ${error instanceof Error ? error.message : String(error)}`,
        );
        return undefined;
      });
      cache.set(runId, { fingerprint: current, stored });
      return stored;
    } catch (error) {
      // Another process has pruned it since the folder was listed.
      if (isFileError(error, 'ENOENT')) return undefined;
      throw corrupt(file, 'the system refuses to read it', error);
    }
  };

  const load = async (runId: string): Promise<StoredRun | undefined> => {
    try {
      return await readRun(fileOf(runId));
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
    save: (stored) => {
      const runId = stored.run.id;
      const before = saving.get(runId) ?? Promise.resolve();
      // A failed save is reported to its own caller; the next one must still be tried.
      const saved = before.catch(() => undefined).then(() => write(stored));
      saving.set(runId, saved);
      const forget = () => {
        if (saving.get(runId) === saved) saving.delete(runId);
      };
      saved.then(forget, forget);
      return saved;
    },
    load,
    claim: async (runId, change) =>
      await withFileLock(fileOf(runId), async () => {
        const stored = await load(runId);
        const changed = stored === undefined ? undefined : change(stored);
        if (changed !== undefined) await write(changed);
        return changed;
      }),
    list: async () => {
      const ids = await listIds(runs);
      const present = new Set(ids);
      for (const runId of cache.keys()) if (!present.has(runId)) cache.delete(runId);
      const found: (StoredRun | undefined)[] = [];
      for (let from = 0; from < ids.length; from += READERS) {
        found.push(...(await Promise.all(ids.slice(from, from + READERS).map(readCached))));
      }
      return found.filter((stored) => stored !== undefined);
    },
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

async function readRun(file: string): Promise<StoredRun> {
  return parseStoredText(file, await readFile(file, 'utf8'), storedRunSchema, STORED_RUN_VERSION);
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
    await rm(file, { force: true }).catch((error: unknown) => {
      throw notWritable(file, error);
    });
    cache.delete(runId);
  }
}

/** The run that a file belongs to; undefined for files that are being written and for strangers. */
function idOf(name: string): string | undefined {
  if (!name.endsWith('.json')) return undefined;
  const runId = name.slice(0, -'.json'.length);
  return runIdSchema.safeParse(runId).success ? runId : undefined;
}
