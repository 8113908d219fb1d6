/** What a capture job is asked to do: the JSON that the desktop saves and `sluice capture start` makes. No secret is in it. */
import { z } from 'zod';
import { destinationRefSchema, sourceRefSchema } from './extract-spec.ts';
import { captureKeySchema, DEFAULT_CAPTURE_KEY } from './capture-key.ts';
import { identifierSchema } from './fields.ts';
import { COMPRESSIONS } from './format.ts';
import { isJobName } from './watermark-spec.ts';

/**
 * `jsonl`: one JSON object a change, in the envelope that Debezium writes. `flat`: the columns of the row, and what
 * happened to it in members that begin with an underscore. `parquet`: the same as columns.
 */
export const CAPTURE_FORMATS = ['jsonl', 'flat', 'parquet'] as const;
export type CaptureFormat = (typeof CAPTURE_FORMATS)[number];

/**
 * What stands for a stored value that an update did not touch, and that the WAL therefore does not have. `list`: the
 * column is left out of the row, and named in a list. `placeholder`: Debezium's text for it stands there as well.
 */
export const UNCHANGED_STYLES = ['list', 'placeholder'] as const;
export type UnchangedStyle = (typeof UNCHANGED_STYLES)[number];

/** Bytes after compression; the least keeps a stream from making an object of every transaction. */
export const ROLL_BYTES_MIN = 64 * 1024;
export const ROLL_BYTES_MAX = 5 * 1024 ** 3;

export const jobNameSchema = z
  .string()
  .trim()
  .max(100)
  .refine(isJobName, 'must begin with a letter or digit, and have only letters, digits, ". _ -" and spaces');

export const capturedTableSchema = z.strictObject({ schema: identifierSchema, name: identifierSchema });
export type CapturedTable = z.infer<typeof capturedTableSchema>;

/** https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-SLOTS-MANIPULATION */
const slotNameSchema = z
  .string()
  .regex(/^[a-z0-9_]{1,63}$/, 'must be 1 to 63 lower-case letters, digits and underscores');

export const captureSpecSchema = z
  .strictObject({
    version: z.literal(1).default(1),
    kind: z.literal('capture').default('capture'),
    name: jobNameSchema,
    source: sourceRefSchema,
    destination: destinationRefSchema,
    /** The tables whose changes are wanted; left out, those of the publication. */
    tables: z.array(capturedTableSchema).min(1, 'must name at least one table').max(10_000).optional(),
    /** Left out, `sluice_<job>`, which is made where it is missing. */
    publication: identifierSchema.optional(),
    /** Left out, `sluice_<job>`, which is made where it is missing. */
    slot: slotNameSchema.optional(),
    format: z.enum(CAPTURE_FORMATS).default('jsonl'),
    /** Left out, zstd; Parquet has it inside. */
    compression: z.enum(COMPRESSIONS).optional(),
    key: captureKeySchema.default(DEFAULT_CAPTURE_KEY),
    /** An object ends at the first commit after this many bytes, rows, or seconds, whichever comes first. */
    rollBytes: z
      .int()
      .min(ROLL_BYTES_MIN, 'must be at least 64 KiB')
      .max(ROLL_BYTES_MAX, 'must be at most 5 GiB')
      .default(64 * 1024 ** 2),
    rollRows: z.int().min(1, 'must be at least 1').default(1_000_000),
    rollSeconds: z
      .number()
      .min(0.1, 'must be at least 0.1')
      .max(86_400, 'must be at most 86,400, a day')
      .default(60),
    /** False: nothing of what the tables had before is written. */
    snapshot: z.boolean().default(true),
    /** Connections that read the snapshot; left out, what suits the tables and the machine. */
    parallel: z.int().min(1).max(32, 'must be at most 32').optional(),
    unchanged: z.enum(UNCHANGED_STYLES).default('list'),
    /**
     * Bytes on this disk for transactions that the server sends before they end; then it is asked to hold them. As many
     * again for objects that wait for the destination; then the stream waits with them.
     */
    spoolBytes: z
      .int()
      .min(16 * 1024 ** 2, 'must be at least 16 MiB')
      .default(20 * 1024 ** 3),
  })
  .refine((spec) => spec.tables !== undefined || spec.publication !== undefined, {
    path: ['tables'],
    message: 'must be given, or a publication that exists',
  })
  .transform((spec) => ({ ...spec, compression: spec.compression ?? ('zstd' as const) }));
export type CaptureSpec = z.infer<typeof captureSpecSchema>;
export type CaptureSpecInput = z.input<typeof captureSpecSchema>;

/** The slot, and the publication, of a job that was given none. Postgres takes `a-z 0-9 _` in the name of a slot, up to 63. */
export function ownSlotName(job: string): string {
  return `sluice_${job.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')}`.slice(0, 63);
}
