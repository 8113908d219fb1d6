/** A capture as screens and monitors see it. */
import { z } from 'zod';
import { wireErrorSchema } from './app-error.ts';
import { capturedTableSchema, captureSpecSchema } from './capture-spec.ts';
import { instantSchema } from './fields.ts';

/**
 * `starting`: connects and finds out where it stands. `snapshot`: reads what the tables have. `streaming`: writes changes as
 * they are committed. `waiting`: something is away, and is tried again. `paused`: the user wants it to wait; the slot
 * holds WAL. `stopping`: writes what it has. `stopped`: ended in good order. `failed`: needs somebody.
 */
export const CAPTURE_PHASES = [
  'starting',
  'snapshot',
  'streaming',
  'waiting',
  'paused',
  'stopping',
  'stopped',
  'failed',
] as const;
export type CapturePhase = (typeof CAPTURE_PHASES)[number];

/** The progress marks of the law `acked <= durable <= decoded commit <= received`, as LSNs; null before the first. */
export const captureMarksSchema = z.object({
  received: z.string().nullable(),
  decoded: z.string().nullable(),
  durable: z.string().nullable(),
  acked: z.string().nullable(),
});

/** One second, or more, of the plot. */
export const captureSampleSchema = z.object({
  at: instantSchema,
  lagBytes: z.number().nullable(),
  lagSeconds: z.number().nullable(),
  changesPerSecond: z.number(),
});
export type CaptureSample = z.infer<typeof captureSampleSchema>;

/** How far the snapshot of a table is: ranges of how many, and rows; also of earlier processes. */
export const tableProgressSchema = z.object({
  table: capturedTableSchema,
  done: z.number(),
  all: z.number(),
  rows: z.number(),
  /** Its reading waits until somebody lets it go on. */
  paused: z.boolean().optional(),
});
export type TableProgress = z.infer<typeof tableProgressSchema>;

export const captureStatusSchema = z.object({
  name: z.string(),
  spec: captureSpecSchema,
  phase: z.enum(CAPTURE_PHASES),
  /** True where this process does the work; another one may. */
  here: z.boolean(),
  /** The process that works on it, or waits in a pause; null where none does. */
  process: z.object({ pid: z.number(), host: z.string() }).nullable(),
  slot: z.string(),
  publication: z.string(),
  since: instantSchema,
  marks: captureMarksSchema,
  /** WAL that the server keeps for the slot; null where nobody has asked. */
  heldBytes: z.number().nullable(),
  /** WAL that the server has written and that is not durable here. */
  lagBytes: z.number().nullable(),
  /** Age of the oldest commit that is not durable; 0 where there is none. */
  lagSeconds: z.number().nullable(),
  /** Since the process began to work on it, as the three after it. */
  changes: z.number(),
  transactions: z.number(),
  objects: z.number(),
  bytes: z.number(),
  changesPerSecond: z.number(),
  snapshotTables: z.object({
    done: z.number(),
    all: z.number(),
    rows: z.number(),
    /** Tables of which a part is read, the one that is being read first. */
    reading: z.array(tableProgressSchema).optional(),
  }),
  /** What went wrong last; kept when it is over, with the time. */
  lastError: z.object({ at: instantSchema, error: wireErrorSchema }).nullable(),
  /** What whoever looks should know: that WAL is held, that nothing fences the job. */
  notes: z.array(z.string()),
  epoch: z.number(),
  sequence: z.number(),
  /** URI of the checkpoint. */
  checkpoint: z.string(),
});
export type CaptureStatus = z.infer<typeof captureStatusSchema>;
