/** What the desk of saved jobs needs from the disk. */
import { z } from 'zod';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import { instantSchema } from '../../contract/fields.ts';
import { jobTimerSchema, knownPositionSchema, timerTickSchema } from '../../contract/saved-job.ts';

/** What this computer knows about a job besides its file. */
export const jobNoteSchema = z.object({
  timer: z
    .object({
      when: jobTimerSchema,
      since: instantSchema,
      handledUpTo: instantSchema,
      last: timerTickSchema.nullable(),
    })
    .nullable(),
  known: knownPositionSchema.nullable(),
});
export type JobNote = z.infer<typeof jobNoteSchema>;

export const NO_NOTE: JobNote = { timer: null, known: null };

export interface StoredJob {
  readonly name: string;
  readonly file: string;
  readonly spec: ExtractSpec;
}

export interface StoredJobs {
  readonly jobs: readonly StoredJob[];
  readonly broken: readonly { readonly file: string; readonly problem: string }[];
}

/** Where saved jobs are kept; other processes share it. All throw AppError of the STORE_ family. */
export interface JobStore {
  list(): Promise<StoredJobs>;
  /** Undefined where there is none. @throws AppError `STORE_CORRUPT` for a file that is no job */
  load(name: string): Promise<StoredJob | undefined>;
  save(name: string, spec: ExtractSpec): Promise<void>;
  /** Removes the file and the note. */
  remove(name: string): Promise<void>;
  notes(): Promise<ReadonlyMap<string, JobNote>>;
  /** Reads, changes and writes; no other process writes in between. Undefined leaves the note as it is. */
  changeNote(name: string, change: (note: JobNote) => JobNote | undefined): Promise<JobNote | undefined>;
  /** Calls the listener when something has changed. Returns a function that ends it. */
  watch(listener: () => void): () => void;
}
