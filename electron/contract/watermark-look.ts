/** What the next run of an incremental job would take, and what can still come late. */
import { z } from 'zod';
import { extractSpecSchema } from './extract-spec.ts';
import { instantSchema } from './fields.ts';
import { runIdSchema } from './run.ts';
import { incrementalProofSchema, watermarkStateSchema } from './watermark-state.ts';

/** Of every call about a job: its spec names source, destination and job. */
export const jobInputSchema = z.strictObject({ spec: extractSpecSchema });
/** `cheap`: rows are counted only where an index finds them; else there is an estimate, and counting is asked for. */
export const lookInputSchema = z.strictObject({
  spec: extractSpecSchema,
  count: z.enum(['always', 'cheap']).default('always'),
});
export const rewindInputSchema = z.strictObject({ spec: extractSpecSchema, runId: runIdSchema });

export const jobStateSchema = z.object({
  /** Where the state lies, for people. */
  uri: z.string(),
  /** Null: the job has never run. */
  state: watermarkStateSchema.nullable(),
});
export type JobStateAnswer = z.infer<typeof jobStateSchema>;

/** A transaction that is open while somebody looks. */
export const openSessionSchema = z.object({
  pid: z.number(),
  application: z.string(),
  user: z.string(),
  /** Milliseconds since the transaction began. */
  ageMs: z.number(),
  /** True where it has written something, anything. */
  writes: z.boolean(),
});

export const watermarkLookSchema = z.object({
  job: z.string(),
  pass: incrementalProofSchema.shape.pass,
  promise: incrementalProofSchema.shape.promise,
  reasons: z.array(z.string()),
  assumes: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Watermark of the last run; null before the first. */
  from: z.string().nullable(),
  /** When the last run ended; null before the first. */
  fromAt: instantSchema.nullable(),
  /** Rows that the run would take; null where they were not counted, or counting took too long. */
  rows: z.number().nullable(),
  /** What the planner expects; null where it does not say. */
  estimatedRows: z.number().nullable(),
  nulls: z.number().nullable(),
  indexed: z.boolean(),
  /** What the planner thinks that finding them costs, in its own unit; null where it does not say. */
  cost: z.number().nullable(),
  /** Oldest first. */
  sessions: z.array(openSessionSchema),
});
export type WatermarkLook = z.infer<typeof watermarkLookSchema>;
