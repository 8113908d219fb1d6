/** The WAL as it lies on the disk of the server: records and statistics, by the extension pg_walinspect. */
import { z } from 'zod';
import { idSchema } from './fields.ts';
import { lsnSchema } from './peek.ts';

/** Bytes of WAL that one look may read: the server reads all of them before it answers. */
export const INSPECT_BYTES_LIMIT = 256 * 1024 * 1024;
/** Records that one look shows. */
export const INSPECT_RECORDS_LIMIT = 10_000;
/** Characters of the description of a record. */
export const INSPECT_TEXT_LIMIT = 500;

const rangeFields = {
  connectionId: idSchema,
  /** Left out: so many bytes before the end. */
  fromLsn: lsnSchema.optional(),
  /** Left out: the end of the WAL, or so many bytes after the beginning. */
  uptoLsn: lsnSchema.optional(),
  /** Bytes of WAL that are read at the most. */
  bytes: z
    .int()
    .min(1)
    .max(INSPECT_BYTES_LIMIT)
    .default(1024 * 1024),
  /** Seconds after which the server gives up. */
  seconds: z.int().min(1).max(600).default(15),
};

export const walRecordsInputSchema = z.strictObject({
  ...rangeFields,
  limit: z.int().min(1).max(INSPECT_RECORDS_LIMIT).default(500),
});
export type WalRecordsInput = z.output<typeof walRecordsInputSchema>;

export const walStatsInputSchema = z.strictObject({
  ...rangeFields,
  /** By the type of the record, and not only by what wrote it. */
  perRecord: z.boolean().default(false),
});
export type WalStatsInput = z.output<typeof walStatsInputSchema>;

/** What was read. */
const readFields = { fromLsn: z.string(), uptoLsn: z.string(), bytes: z.number() };

/** A row of pg_get_wal_records_info. */
export const walRecordSchema = z.object({
  lsn: z.string(),
  endLsn: z.string(),
  /** 0 outside of transactions. */
  xid: z.number(),
  /** What wrote it: Heap, Btree, Transaction … */
  manager: z.string(),
  type: z.string(),
  bytes: z.number(),
  /** Bytes of it that are images of whole pages. */
  imageBytes: z.number(),
  description: z.string(),
  /** The pages that it touches. */
  blocks: z.string(),
});
export type WalRecord = z.infer<typeof walRecordSchema>;

export const walRecordsSchema = z.object({
  ...readFields,
  records: z.array(walRecordSchema),
  /** There are more in what was read. */
  more: z.boolean(),
});
export type WalRecords = z.infer<typeof walRecordsSchema>;

/** A row of pg_get_wal_stats. */
export const walStatSchema = z.object({
  name: z.string(),
  records: z.number(),
  recordBytes: z.number(),
  imageBytes: z.number(),
  /** Of all bytes, from 0 to 1. */
  share: z.number(),
});
export type WalStat = z.infer<typeof walStatSchema>;

export const walStatsSchema = z.object({ ...readFields, stats: z.array(walStatSchema) });
export type WalStats = z.infer<typeof walStatsSchema>;
