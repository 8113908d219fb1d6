/**
 * The proof of a run: written last, and only when the rows counted by Postgres, by the encoder and the objects listed
 * at the destination agree. Whoever finds a manifest can rely on everything that it names.
 */
import { z } from 'zod';
import { extractSpecSchema } from './extract-spec.ts';
import { instantSchema } from './fields.ts';
import { runIdSchema, writtenObjectSchema } from './run.ts';
import { incrementalProofSchema } from './watermark-state.ts';

/**
 * A part of the rows that was read, written, and where need be read again, as one. Its blocks are those of the table,
 * or of each of its partitions.
 */
export const manifestRangeSchema = z.object({
  /** From 1, in the order of the scan. */
  number: z.number(),
  /** From the first block, up to but without the last; null: up to the end. Null where all rows are one range. */
  blocks: z.object({ from: z.number(), to: z.number().nullable() }).nullable(),
  /** The folder of its objects, `dt=2020-06-01`, where the job is partitioned by a column. */
  partition: z.string().optional(),
  rows: z.number(),
  /** Keys of its objects, in the order of its rows; none where it had no rows. */
  objects: z.array(z.string()),
  /** As in `source`, of the snapshot that this range was read in. */
  snapshot: z.string().nullable(),
  lsn: z.string().nullable(),
});
export type ManifestRange = z.infer<typeof manifestRangeSchema>;

/**
 * `one-snapshot`: the rows are what the table was at one moment. `snapshot-per-range`: a run was resumed, and what
 * changed between the snapshots can be missing or be there twice.
 */
export const CONSISTENCIES = ['one-snapshot', 'snapshot-per-range'] as const;
export type Consistency = (typeof CONSISTENCIES)[number];
/** Values of one column that came out as NULL, or as the reason says. */
export const lossSchema = z.object({ column: z.string(), reason: z.string(), count: z.number() });
export type Loss = z.infer<typeof lossSchema>;

export const manifestSchema = z.object({
  version: z.literal(1),
  runId: runIdSchema,
  startedAt: instantSchema,
  finishedAt: instantSchema,
  source: z.object({
    host: z.string(),
    port: z.number(),
    database: z.string(),
    serverVersion: z.string(),
    /** Identifies the cluster; null where the user may not read it. A string, because it passes 2^53. */
    systemIdentifier: z.string().nullable(),
    /** The SELECT that was copied. */
    query: z.string(),
    /** `pg_current_snapshot()` of the transaction that read the rows; null on a standby. */
    snapshot: z.string().nullable(),
    /** LSN `X/Y` just before the rows were read; null where the user may not see it. */
    lsn: z.string().nullable(),
  }),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  spec: extractSpecSchema,
  rows: z.number(),
  bytes: z.number(),
  objects: z.array(writtenObjectSchema),
  /** Of an incremental run: its range, and where the next one goes on. */
  incremental: incrementalProofSchema.optional(),
  // Manifests of earlier versions do not have what follows; they are all of one snapshot.
  consistency: z.enum(CONSISTENCIES).optional(),
  /** Connections that read side by side. */
  workers: z.number().optional(),
  ranges: z.array(manifestRangeSchema).optional(),
  /** What it took to get here. */
  recoveries: z
    .object({
      /** Ranges that were read again in the same snapshot. */
      retries: z.number(),
      /** Times that everything was read again in a new snapshot. */
      restarts: z.number(),
      /** Times that what was missing was read in a new snapshot. */
      resumes: z.number(),
    })
    .optional(),
  /** What the files do not have as Postgres has it, because the job accepts losses; left out where there is nothing. */
  lossy: z.array(lossSchema).optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;
