/** Proving what a capture has written: what is asked, and what was found. */
import { z } from 'zod';
import { capturedTableSchema, jobNameSchema } from './capture-spec.ts';
import { destinationRefSchema, sourceRefSchema } from './extract-spec.ts';

export const captureVerifyInputSchema = z.strictObject({
  destination: destinationRefSchema,
  name: jobNameSchema,
  /** The database, where the files are to be compared with the tables; left out, only the files are read. */
  source: sourceRefSchema.optional(),
  /** Seconds to wait until the capture has written everything that the tables had at the moment of the comparison. */
  waitSeconds: z.int().min(0).max(86_400).default(60),
});

/** What replaying the files of a table, and comparing them, has shown. Rows are counted and never shown. */
export const tableVerificationSchema = z.object({
  table: capturedTableSchema,
  /** Rows that the files come to. */
  rows: z.number(),
  /** Changes, the rows of a snapshot included, that were read. */
  changes: z.number(),
  /** False where nothing of what the table had before was written: its files do not come to the whole table. */
  complete: z.boolean(),
  /** Inserts of rows that were there already, and changes of rows that were not: 0 where each change is there once. */
  irregular: z.number(),
  /** Null where nothing was compared. */
  compared: z
    .object({
      /** Rows of the table. */
      rows: z.number(),
      missing: z.number(),
      extra: z.number(),
      different: z.number(),
      /** Values that the history does not have, such as the default of a column that was added later. */
      unknownValues: z.number(),
    })
    .nullable(),
  /** Why not, or what else there is to say; null for nothing. */
  note: z.string().nullable(),
});
export type TableVerification = z.infer<typeof tableVerificationSchema>;

export const captureVerificationSchema = z.object({
  name: z.string(),
  /** True where nothing is wrong with the log, an object, or a table. */
  proved: z.boolean(),
  /** Entries of the log. */
  entries: z.number(),
  objects: z.number(),
  bytes: z.number(),
  /** Everything that ended up to here is in the log. */
  durableLsn: z.string(),
  /** The moment of the comparison; null where nothing was compared. */
  comparedLsn: z.string().nullable(),
  /** What is wrong with the log, as sentences. */
  logProblems: z.array(z.string()),
  objectProblems: z.array(z.object({ key: z.string(), problem: z.string() })),
  tables: z.array(tableVerificationSchema),
});
export type CaptureVerification = z.infer<typeof captureVerificationSchema>;
