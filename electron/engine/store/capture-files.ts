/**
 * The capture jobs of this machine: for each a file with the job and its last status, which the process that works on it
 * writes, and beside it a file with what another process asks of it. So the app, `sluice capture status` and a
 * service of the system see the same, and a job has one process at a time.
 */
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../contract/app-error.ts';
import { rereadSchema } from '../../contract/capture-calls.ts';
import { captureSpecSchema } from '../../contract/capture-spec.ts';
import { captureSampleSchema, captureStatusSchema } from '../../contract/capture-status.ts';
import { instantSchema } from '../../contract/fields.ts';
import type { CaptureRequest, CaptureShelf, StoredCapture } from '../capture/capture-shelf.ts';
import type { Log } from '../ports.ts';
import { withFileLock } from './file-lock.ts';
import { watchFolder } from './folder-watch.ts';
import { corrupt, isFileError, parseStoredText } from './read-json.ts';
import { notWritable, writeFileAtomically } from './write-file.ts';

const VERSION = 1;

const storedCaptureSchema = z.object({
  version: z.literal(VERSION),
  spec: captureSpecSchema,
  owner: z.object({ pid: z.number(), host: z.string(), startedAt: instantSchema }).nullable(),
  status: captureStatusSchema.nullable(),
  samples: z.array(captureSampleSchema),
});

const requestSchema = z.object({
  version: z.literal(VERSION),
  ask: z.union([z.enum(['stop', 'pause', 'resume']), rereadSchema]),
});

const SUFFIX = '.json';
/** A folder with a file for each thing that is asked: two who ask at once must both be heard. */
const REQUESTS_SUFFIX = '.requests';

/** The jobs in `captures/` of the folder; made by the first one. */
export function createCaptureFiles(folder: string, log: Log): CaptureShelf {
  const captures = path.join(folder, 'captures');
  // Names have no character that a file could not have; on systems that fold case, two jobs that differ in it are one.
  const fileOf = (name: string) => path.join(captures, `${name}${SUFFIX}`);
  const requestsOf = (name: string) => path.join(captures, `${name}${REQUESTS_SUFFIX}`);

  const load = async (name: string): Promise<StoredCapture | undefined> => {
    const file = fileOf(name);
    try {
      return parseStoredText(file, await readFile(file, 'utf8'), storedCaptureSchema);
    } catch (error) {
      if (isFileError(error, 'ENOENT')) return undefined;
      throw error;
    }
  };
  const save = async (capture: StoredCapture): Promise<void> => {
    const text = `${JSON.stringify({ version: VERSION, ...capture }, null, 2)}\n`;
    await writeFileAtomically(fileOf(capture.spec.name), text);
  };
  const remove = async (file: string): Promise<void> => {
    await rm(file, { force: true, recursive: true }).catch((error: unknown) => {
      throw notWritable(file, error);
    });
  };

  return {
    load,
    save,
    change: async (name, change) =>
      await withFileLock(fileOf(name), async () => {
        const changed = change(await load(name));
        if (changed !== undefined) await save(changed);
        return changed;
      }),
    list: async () => {
      const names = await namesIn(captures);
      const found = await Promise.all(
        names.map((name) =>
          load(name).catch((error: unknown) => {
            log.warn(`A capture is left out: ${error instanceof Error ? error.message : String(error)}`);
            return undefined;
          }),
        ),
      );
      return found.filter((stored) => stored !== undefined);
    },
    remove: async (name) => {
      await remove(fileOf(name));
      await remove(requestsOf(name));
    },
    ask: async (name, ask) => {
      // Names sort by the time at which something was asked.
      const at = String(Date.now()).padStart(16, '0');
      const file = path.join(requestsOf(name), `${at}-${randomUUID()}${SUFFIX}`);
      await writeFileAtomically(file, `${JSON.stringify({ version: VERSION, ask })}\n`);
      return async () => !(await namesIn(requestsOf(name))).includes(path.basename(file, SUFFIX));
    },
    takeRequest: async (name) => {
      for (const first of await namesIn(requestsOf(name))) {
        const file = path.join(requestsOf(name), `${first}${SUFFIX}`);
        const request = await readRequest(file);
        await remove(file);
        if (request !== undefined) return request;
      }
      return undefined;
    },
    forgetRequests: async (name) => await remove(requestsOf(name)),
    watch: (listener) =>
      watchFolder(
        captures,
        (file) => {
          if (file.endsWith(SUFFIX)) listener(file.slice(0, -SUFFIX.length));
        },
        log,
      ),
  };
}

/** Undefined where nothing is asked. What cannot be read asks for nothing that could be done. */
async function readRequest(file: string): Promise<CaptureRequest | undefined> {
  try {
    return parseStoredText(file, await readFile(file, 'utf8'), requestSchema).ask;
  } catch (error) {
    if (isFileError(error, 'ENOENT') || error instanceof AppError) return undefined;
    throw corrupt(file, 'the system refuses to read it', error);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const files = await readdir(folder);
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort((a, b) => a.localeCompare(b));
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return [];
    throw corrupt(folder, 'the system refuses to list it', error);
  }
}
