/**
 * One attempt at a job, as the history keeps it and as screens show it.
 *
 * The state is a union by tag, so that a failed run without an error, or a queued one with a result, cannot be
 * written down. `queued`, `running` and the three ends are stored; `cancelling` lives in memory only, and a run that
 * is found in it after a crash is treated like a running one.
 */
import { z } from 'zod';
import { wireErrorSchema } from './app-error.ts';
import { extractSpecSchema } from './extract-spec.ts';
import { instantSchema } from './fields.ts';

/** Sorts by time and says when: `20261122T093000Z-4f3a9c21`. */
export const runIdSchema = z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/, 'must be the id of a run');

/** The steps of an extract, in order. Reading and uploading go on at the same time. */
export const RUN_PHASES = ['connect', 'plan', 'transfer', 'finalize'] as const;
export type RunPhase = (typeof RUN_PHASES)[number];

/** Which way in started the run. */
export const RUN_ORIGINS = ['desktop', 'served', 'cli'] as const;
export type RunOrigin = (typeof RUN_ORIGINS)[number];

/** One object that a run wrote, with the proof that it arrived. */
export const writtenObjectSchema = z.object({
  key: z.string(),
  /** `s3://bucket/key`, or a file URL for a folder. */
  uri: z.string(),
  rows: z.number(),
  bytes: z.number(),
  etag: z.string(),
  /** CRC-32 (ISO-HDLC, as S3 computes it) of the whole object, base64 of the four bytes in network order. */
  crc32: z.string(),
  /** CRC-64/NVME of the whole object, likewise; there where the destination was asked to keep it. */
  crc64nvme: z.string().optional(),
});
export type WrittenObject = z.infer<typeof writtenObjectSchema>;

/** A picture of a run at one moment. Coalesced on its way: the latest wins. */
export const runProgressSchema = z.object({
  phase: z.enum(RUN_PHASES),
  rows: z.number(),
  /** Bytes as Postgres sent them. */
  bytesRead: z.number(),
  /** Bytes after encoding and compression. */
  bytesEncoded: z.number(),
  /** Bytes that the destination has confirmed. */
  bytesUploaded: z.number(),
  /** Parts on their way right now. */
  partsInFlight: z.number(),
  partsUploaded: z.number(),
  objectsWritten: z.number(),
  /** Rows that the planner expects; null where it cannot tell. */
  estimatedRows: z.number().nullable(),
  elapsedMs: z.number(),
  /** Ranges of the table that are written and safe, and ranges in all; left out before they are planned. */
  rangesDone: z.number().optional(),
  ranges: z.number().optional(),
  /** Milliseconds since the snapshot was taken; left out before. See {@link snapshotWarning}. */
  snapshotHeldMs: z.number().optional(),
});
export type RunProgress = z.infer<typeof runProgressSchema>;

/**
 * What a failed run has kept, because its job says `recovery: 'resume'`: `runs.resume` reads the ranges that are
 * missing, `runs.discard` removes what is there. Left out where nothing is kept.
 */
export const resumableSchema = z.object({ doneRanges: z.number(), ranges: z.number() });
export type Resumable = z.infer<typeof resumableSchema>;

const succeededSchema = z.object({
  tag: z.literal('succeeded'),
  finishedAt: instantSchema,
  rows: z.number(),
  bytes: z.number(),
  objects: z.array(writtenObjectSchema),
  /** URI of the manifest. */
  manifest: z.string(),
});

export const runStateSchema = z.discriminatedUnion('tag', [
  z.object({ tag: z.literal('queued') }),
  /** `paused`: nothing is read until somebody lets it go on; left out while it is not. */
  z.object({ tag: z.literal('running'), phase: z.enum(RUN_PHASES), paused: z.literal(true).optional() }),
  z.object({ tag: z.literal('cancelling') }),
  succeededSchema,
  z.object({
    tag: z.literal('failed'),
    finishedAt: instantSchema,
    error: wireErrorSchema,
    resumable: resumableSchema.optional(),
  }),
  z.object({ tag: z.literal('cancelled'), finishedAt: instantSchema }),
]);
export type RunState = z.infer<typeof runStateSchema>;
export type FailedState = Extract<RunState, { tag: 'failed' }>;
export type SucceededState = z.infer<typeof succeededSchema>;

/** A run without its log: what a list shows. */
export const runSchema = z.object({
  id: runIdSchema,
  origin: z.enum(RUN_ORIGINS),
  spec: extractSpecSchema,
  /** For people: `Demo · public.Orders`. */
  sourceLabel: z.string(),
  /** For people: `s3://bucket/prefix`. */
  destinationLabel: z.string(),
  startedAt: instantSchema,
  state: runStateSchema,
  /** The last progress that was stored or seen; null before the first. */
  progress: runProgressSchema.nullable(),
});
export type Run = z.infer<typeof runSchema>;

export const runLogLineSchema = z.object({
  at: instantSchema,
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
});
export type RunLogLine = z.infer<typeof runLogLineSchema>;

/** True while a run can still change. */
export function isActive(state: RunState): boolean {
  return state.tag === 'queued' || state.tag === 'running' || state.tag === 'cancelling';
}

/**
 * True for an end that somebody should hear of. A run that found its job held by another one has not failed in a way that
 * has to be mended: the next takes what it would have taken.
 */
export function needsAttention(state: RunState): boolean {
  return state.tag === 'failed' && state.error.code !== 'DEST_JOB_HELD';
}
