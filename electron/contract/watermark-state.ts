/**
 * What an incremental job knows: how far it has come, who is at work on it, and how it came there. One JSON object
 * beside the data, replaced only on condition that nobody else has replaced it, so that a lost computer loses nothing.
 */
import { z } from 'zod';
import { instantSchema } from './fields.ts';
import { runIdSchema } from './run.ts';
import { watermarkSpecSchema, WATERMARK_MODES } from './watermark-spec.ts';

/** A transaction id of 64 bits, epoch and all, as `pg_current_snapshot()` writes it. */
const xidSchema = z.string().regex(/^\d{1,20}$/);

/** From the first to the last transaction id, both of them included. */
export const xidRangeSchema = z.tuple([xidSchema, xidSchema]);

/** Ranges of transaction ids that a state keeps: about 200 KB. Past it the next run may repeat rows. */
export const XID_RANGES_MAX = 5_000;

/** Where a run has ended, and the next one goes on. */
export const positionSchema = z.object({
  runId: runIdSchema,
  at: instantSchema,
  column: z.string(),
  mode: z.enum(WATERMARK_MODES),
  /** Highest value extracted so far, as Postgres writes it; null before there was one. */
  watermark: z.string().nullable(),
  /** Transaction ids mean something in one cluster, and on one timeline of it. */
  cluster: z.object({
    systemIdentifier: z.string().nullable(),
    timeline: z.number().nullable(),
    database: z.string(),
    /** Of a database that was dropped and made again, or is a copy, it is another one; left out by earlier programs. */
    databaseOid: z.string().optional(),
  }),
  /**
   * What the name stood for: the oid of each table that had rows under it, and what these are stored in, the number of the
   * table's file. Of a view and of a foreign table, that is a digest of its definition. Left out by earlier programs.
   */
  tables: z.array(z.tuple([z.string(), z.string()])).optional(),
  standby: z.boolean(),
  /** `pg_snapshot_xmin`: of every transaction below, the run saw all that it committed. */
  floor: xidSchema,
  /** `pg_snapshot_xmax`: the first transaction id that had not been given out. */
  ceiling: xidSchema,
  lsn: z.string().nullable(),
  /** Transactions at or above the floor whose rows were seen; null where they are not known, or too many. */
  seen: z.array(xidRangeSchema).nullable(),
  /** The next run need not look at rows below this value; null: it has to look at all. */
  scanFrom: z.string().nullable(),
});
export type Position = z.infer<typeof positionSchema>;

/**
 * What is promised about the rows of a run, together with those of the runs before. The sentences are in
 * {@link PROMISE_SENTENCES}.
 */
export const PROMISES = ['exactly-once', 'may-repeat', 'may-repeat-in-window', 'may-skip'] as const;
export type Promised = (typeof PROMISES)[number];

export const PROMISE_SENTENCES: Readonly<Record<Promised, string>> = {
  'exactly-once': 'exactly once',
  'may-repeat': 'may repeat, cannot skip',
  'may-repeat-in-window': 'may repeat, cannot skip within its window',
  'may-skip': 'may skip rows that commit late',
};

/** What the manifest of an incremental run says besides: the range, and the proof. */
export const incrementalProofSchema = z.object({
  job: z.string(),
  relation: z.object({ schema: z.string(), name: z.string() }),
  column: z.string(),
  type: z.string(),
  /** `full`: all rows that the selection has. */
  pass: z.enum(['full', 'incremental', 'backfill']),
  /** Watermark before and after the run, as Postgres writes it. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** The run whose position this one went on from; null for the first. */
  after: runIdSchema.nullable(),
  promise: z.enum(PROMISES),
  /** Why it promises less than the mode does; empty where it does not. */
  reasons: z.array(z.string()),
  /** What the promise rests on, and Sluice cannot know. */
  assumes: z.array(z.string()),
  /** Rows of the relation without a watermark; null where they were not counted. */
  nulls: z.number().nullable(),
  /** The condition that was added to the selection; null: none. */
  condition: z.string().nullable(),
  position: positionSchema.nullable(),
});
export type IncrementalProof = z.infer<typeof incrementalProofSchema>;

/** Who works on the job. `publishing`: its objects are there, and the manifest is about to be. */
export const claimSchema = z.object({
  runId: runIdSchema,
  pid: z.number(),
  host: z.string(),
  /** When that process noted its own start: tells it from a later one with the same number. */
  processStartedAt: instantSchema,
  claimedAt: instantSchema,
  /** When the owner last said that it is alive. */
  renewedAt: instantSchema,
  phase: z.enum(['extracting', 'publishing']),
});
export type Claim = z.infer<typeof claimSchema>;

/** What has been done to the state, newest last: people read it when something looks odd. */
export const traceSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    at: instantSchema,
    runId: runIdSchema,
    pass: z.enum(['full', 'incremental', 'backfill']),
    from: z.string().nullable(),
    to: z.string().nullable(),
    rows: z.number(),
    promise: z.enum(PROMISES),
  }),
  z.object({ kind: z.literal('rewind'), at: instantSchema, by: z.string(), toRunId: runIdSchema }),
  z.object({ kind: z.literal('reset'), at: instantSchema, by: z.string() }),
  z.object({
    kind: z.literal('takeover'),
    at: instantSchema,
    by: z.string(),
    runId: runIdSchema,
    outcome: z.enum(['adopted', 'dropped']),
  }),
]);
export type Trace = z.infer<typeof traceSchema>;

/** Entries of the trace that are kept; the manifests hold the rest. */
export const TRACE_MAX = 500;

export const watermarkStateSchema = z.object({
  version: z.literal(1),
  job: z.string(),
  relation: z.object({ schema: z.string(), name: z.string() }).nullable(),
  watermark: watermarkSpecSchema,
  /** Condition of the selection, null for none: rows that only a later one lets through are not new. */
  where: z.string().nullable(),
  /** False where the endpoint takes writes whatever their condition: then nothing keeps two runs apart. */
  fenced: z.boolean(),
  /** Changes with each write, so that a reply that was lost can be told from a conflict. */
  writeId: z.string(),
  claim: claimSchema.nullable(),
  position: positionSchema.nullable(),
  trace: z.array(traceSchema),
});
export type WatermarkState = z.infer<typeof watermarkStateSchema>;
