/** The form of a run on disk: `runs/<id>.json`. */
import { z } from 'zod';
import { PARTITION_COMPARISONS } from '../reading-state.ts';
import { instantSchema } from '../../contract/fields.ts';
import { lossSchema, manifestRangeSchema, manifestSchema } from '../../contract/manifest.ts';
import { runLogLineSchema, runSchema, writtenObjectSchema } from '../../contract/run.ts';
import type { StoredRun } from '../ports.ts';
import type { RunChange } from '../run-change.ts';

export const STORED_RUN_VERSION = 1;

const uploadSchema = z.object({ key: z.string(), uploadId: z.string() });

const rangeSchema = manifestRangeSchema.pick({ number: true, blocks: true }).extend({
  partition: z
    .object({
      value: z.string().nullable(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      compared: z.enum(PARTITION_COMPARISONS).optional(),
      rows: z.number(),
    })
    .optional(),
});

const finishedSchema = z.object({
  ...rangeSchema.shape,
  rows: z.number(),
  bytesRead: z.number(),
  objects: z.array(writtenObjectSchema),
  uploads: z.array(uploadSchema),
  parts: z.array(z.number()),
  losses: z.array(lossSchema),
  snapshotNumber: z.number(),
  snapshot: z.string().nullable(),
  lsn: z.string().nullable(),
});

const readingSchema = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string(), baseType: z.string() })),
  identity: z.string(),
  workers: z.number(),
  ranges: z.array(rangeSchema),
  done: z.array(finishedSchema),
  snapshots: z.number(),
  retries: z.number(),
  restarts: z.number(),
  resumes: z.number(),
});

/** A line of the file of changes. */
export const runChangeSchema = z.discriminatedUnion('tag', [
  z.object({ tag: z.literal('writing'), key: z.string() }),
  z.object({ tag: z.literal('upload'), upload: uploadSchema }),
  z.object({ tag: z.literal('removed'), keys: z.array(z.string()) }),
  z.object({ tag: z.literal('finished'), range: finishedSchema }),
]) satisfies z.ZodType<RunChange>;

const fileSchema = z.object({
  version: z.literal(STORED_RUN_VERSION),
  /** Names the file of what happened since; left out by earlier versions. */
  mark: z.string().optional(),
  run: runSchema,
  log: z.array(runLogLineSchema),
  manifest: manifestSchema.nullable(),
  openUploads: z.array(uploadSchema),
  writtenKeys: z.array(z.string()),
  reading: readingSchema.optional(),
  owner: z.object({ pid: z.int(), host: z.string(), startedAt: instantSchema }),
});

/** What {@link storedRunText} writes, parsed. */
export const storedRunSchema = fileSchema.transform(
  ({
    version: _version,
    mark,
    ...stored
  }): { readonly mark?: string | undefined; readonly stored: StoredRun } => ({
    mark,
    stored,
  }),
);

/** The text of the file of a run. */
export function storedRunText(stored: StoredRun, mark?: string): string {
  const content: z.input<typeof fileSchema> = {
    version: STORED_RUN_VERSION,
    mark,
    run: stored.run,
    log: [...stored.log],
    manifest: stored.manifest,
    openUploads: [...stored.openUploads],
    writtenKeys: [...stored.writtenKeys],
    reading: stored.reading as z.input<typeof readingSchema> | undefined,
    owner: stored.owner,
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}
