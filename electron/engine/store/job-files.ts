/**
 * Saved jobs: `jobs/<name>.json` in the data folder is what `sluice run` reads, and nothing else. What only this computer
 * knows (timers, how far a job was) lies beside it in `job-notes.json`.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { extractSpecSchema, type ExtractSpec } from '../../contract/extract-spec.ts';
import { parseWritten } from '../../contract/parse-written.ts';
import { jobNameSchema } from '../../contract/saved-job.ts';
import type { Log } from '../ports.ts';
import {
  jobNoteSchema,
  NO_NOTE,
  type JobNote,
  type JobStore,
  type StoredJob,
} from '../saved-jobs/job-store.ts';
import { withFileLock } from './file-lock.ts';
import { watchFolder } from './folder-watch.ts';
import { corrupt, isFileError, parseStoredText } from './read-json.ts';
import { notWritable, writeFileAtomically } from './write-file.ts';

const NOTES_VERSION = 1;
const NOTES_NAME = 'job-notes.json';
const notesSchema = z.object({
  version: z.literal(NOTES_VERSION),
  jobs: z.record(z.string(), jobNoteSchema),
});
type Notes = z.infer<typeof notesSchema>;

export function createJobFiles(folder: string, log: Log): JobStore {
  const jobs = path.join(folder, 'jobs');
  const notesFile = path.join(folder, NOTES_NAME);
  const fileOf = (name: string) => path.join(jobs, `${name}.json`);

  const readNotes = async (): Promise<Notes> => {
    const text = await readText(notesFile);
    if (text === undefined) return { version: NOTES_VERSION, jobs: {} };
    return parseStoredText(notesFile, text, notesSchema);
  };
  const changeNotes = async (change: (notes: Notes['jobs']) => Notes['jobs'] | undefined) => {
    await withFileLock(notesFile, async () => {
      const changed = change((await readNotes()).jobs);
      if (changed === undefined) return;
      const text = JSON.stringify({ version: NOTES_VERSION, jobs: changed }, null, 2);
      await writeFileAtomically(notesFile, `${text}\n`);
    });
  };
  const load = async (name: string): Promise<StoredJob | undefined> => {
    const file = fileOf(name);
    const text = await readText(file);
    return text === undefined ? undefined : { name, file, spec: specOf(file, name, text) };
  };

  return {
    load,
    list: async () => {
      const found: { jobs: StoredJob[]; broken: { file: string; problem: string }[] } = {
        jobs: [],
        broken: [],
      };
      for (const name of await listNames(jobs)) {
        try {
          const job = await load(name);
          if (job !== undefined) found.jobs.push(job);
        } catch (error) {
          found.broken.push({
            file: fileOf(name),
            problem: error instanceof Error ? error.message : String(error),
          });
        }
      }
      return found;
    },
    save: async (name, spec) => {
      await writeFileAtomically(fileOf(name), `${JSON.stringify(spec, null, 2)}\n`);
    },
    remove: async (name) => {
      await rm(fileOf(name), { force: true }).catch((error: unknown) => {
        throw notWritable(fileOf(name), error);
      });
      await changeNotes(({ [name]: removed, ...rest }) => (removed === undefined ? undefined : rest));
    },
    notes: async () => new Map(Object.entries((await readNotes()).jobs)),
    changeNote: async (name, change) => {
      let changed: JobNote | undefined;
      await changeNotes((notes) => {
        changed = change((Object.hasOwn(notes, name) ? notes[name] : undefined) ?? NO_NOTE);
        return changed === undefined ? undefined : { ...notes, [name]: changed };
      });
      return changed;
    },
    watch: (listener) => {
      const stops = [
        watchFolder(jobs, listener, log),
        watchFolder(folder, (name) => (name === NOTES_NAME ? listener() : undefined), log),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** A job is called as its file is: one that was copied is another job, with a state of its own. */
function specOf(file: string, name: string, text: string): ExtractSpec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text around the fault.
    throw corrupt(file, 'it is not JSON');
  }
  const spec = parseWritten(extractSpecSchema, value, file, (cause) =>
    corrupt(file, cause instanceof Error ? cause.message : String(cause), cause),
  );
  return { ...spec, name };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return undefined;
    throw corrupt(file, 'the system refuses to read it', error);
  }
}

async function listNames(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    return names
      .map((name) => name.slice(0, -'.json'.length))
      .filter((name) => jobNameSchema.safeParse(name).success)
      .toSorted((a, b) => a.localeCompare(b, 'en'));
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return [];
    throw corrupt(folder, 'the system refuses to list it', error);
  }
}
