/** Making few large objects of the many small ones that a capture writes. */
import { z } from 'zod';
import { jobNameSchema } from './capture-spec.ts';
import { captureFolder } from './capture-log.ts';
import { destinationRefSchema } from './extract-spec.ts';
import { instantSchema } from './fields.ts';

export const captureCompactInputSchema = z.strictObject({
  destination: destinationRefSchema,
  name: jobNameSchema,
  /** Bytes, as they are stored, that a merged object has at most; one of half the size is left alone. */
  targetBytes: z
    .int()
    .min(64 * 1024)
    .max(5 * 1024 ** 3)
    .default(128 * 1024 ** 2),
  /** Removes objects that others stand for since so many hours; left out, they stay. */
  removeAfterHours: z.number().min(0).max(87_600).optional(),
});

export const captureCompactionSchema = z.object({
  /** Objects that others stand for now, and those others. */
  replaced: z.number(),
  written: z.number(),
  bytesBefore: z.number(),
  bytesAfter: z.number(),
  /** Entries that were written. */
  entries: z.number(),
  /** Objects of earlier compactions that were removed. */
  removed: z.number(),
});
export type CaptureCompaction = z.infer<typeof captureCompactionSchema>;

/** Who compacts a job, and what a crash of it would leave; replaced on condition. */
export const compactionStateSchema = z.object({
  version: z.literal(1),
  job: z.string(),
  /** Null while nobody does. */
  owner: z
    .object({ pid: z.number(), host: z.string(), processStartedAt: instantSchema, token: z.string() })
    .nullable(),
  /** Keys that may have been begun: removed by the next one where no entry names them. */
  pending: z.array(z.string()),
  /** Objects that were replaced by entries up to this one are gone. */
  removedThrough: z.number(),
  writeId: z.string(),
  updatedAt: instantSchema,
});
export type CompactionState = z.infer<typeof compactionStateSchema>;

export function compactionKey(prefix: string, job: string): string {
  return `${captureFolder(prefix, job)}/compaction.json`;
}
