/**
 * The proof of a run: written last, and only when the rows counted by Postgres, by the encoder and the objects listed
 * at the destination agree. Whoever finds a manifest can rely on everything that it names.
 */
import { z } from 'zod';
import { extractSpecSchema } from './extract-spec.ts';
import { instantSchema } from './fields.ts';
import { runIdSchema, writtenObjectSchema } from './run.ts';

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
});
export type Manifest = z.infer<typeof manifestSchema>;
