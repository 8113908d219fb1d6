/** What the calls about captures take and give, beside the status. */
import { z } from 'zod';
import { wireErrorSchema } from './app-error.ts';
import { capturedTableSchema, captureSpecSchema, jobNameSchema } from './capture-spec.ts';
import { captureSampleSchema, captureStatusSchema } from './capture-status.ts';
import { identifierSchema } from './fields.ts';

export const captureByNameSchema = z.strictObject({ name: jobNameSchema });

/** A position in the WAL as Postgres writes it. */
const LSN = /^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/;

/**
 * Where a capture ends by itself: when everything up to this position is durable. `current`: the end of the WAL at the
 * moment of the start.
 */
const untilSchema = z.union([z.literal('current'), z.string().regex(LSN, 'must be "current" or an LSN X/Y')]);

export const captureStartInputSchema = z
  .strictObject({
    /** The job; it is saved, and takes the place of the one with its name. */
    spec: captureSpecSchema.optional(),
    /** A job that is saved. */
    name: jobNameSchema.optional(),
    /** Makes a new slot, and reads all tables again in its snapshot: after a slot was lost. */
    resnapshot: z.boolean().default(false),
    until: untilSchema.optional(),
  })
  .refine(({ spec, name }) => (spec === undefined) !== (name === undefined), {
    path: ['spec'],
    message: 'must be given, or the name of a saved job, and not both',
  });

/** What a start would change at the source. */
export const capturePlanSchema = z.object({
  slot: z.string(),
  publication: z.string(),
  /** Statements in the order in which they would be sent. `replication`: commands of a connection for replication. */
  changes: z.array(
    z.object({
      by: z.enum(['sql', 'replication']),
      statement: z.string(),
      /** Gone with its connection. */
      temporary: z.boolean(),
    }),
  ),
  /** Why it would not begin; null where it would. */
  refused: wireErrorSchema.nullable(),
  /** A process works on the job now. */
  running: z.boolean(),
});
export type CapturePlan = z.infer<typeof capturePlanSchema>;

/** A job to keep as it is, without starting it. */
export const captureSaveInputSchema = z.strictObject({ spec: captureSpecSchema });

export const captureDropInputSchema = z.strictObject({
  name: jobNameSchema,
  /** The name of the slot, as the person who drops it has typed it. */
  confirm: identifierSchema,
});

/** `begin`: reads the tables anew, whatever was read of them. `pause` and `resume`: of a reading that has not ended. */
export const REREAD_ACTIONS = ['begin', 'pause', 'resume'] as const;

export const rereadSchema = z.strictObject({
  tables: z.array(capturedTableSchema).min(1, 'must name at least one table').max(10_000),
  action: z.enum(REREAD_ACTIONS).default('begin'),
});
export type Reread = z.output<typeof rereadSchema>;

export const captureRereadInputSchema = rereadSchema.extend({ name: jobNameSchema });

/** The status, and the last hour of it for a plot. */
export const captureLookSchema = z.object({
  status: captureStatusSchema,
  samples: z.array(captureSampleSchema),
});
export type CaptureLook = z.infer<typeof captureLookSchema>;

/** Something that has happened, for logs and for `--json`. */
export const captureNewsSchema = z.discriminatedUnion('kind', [
  /** Reads the slot from here on. */
  z.object({ kind: z.literal('streaming'), fromLsn: z.string(), epoch: z.number() }),
  /** Begins to read a table in a snapshot, or goes on: `done` ranges of `all` are in the log already. */
  z.object({
    kind: z.literal('snapshot'),
    table: capturedTableSchema,
    lsn: z.string(),
    done: z.number(),
    all: z.number(),
  }),
  /** An entry of the log is counted in: its objects are part of the history. */
  z.object({
    kind: z.literal('entry'),
    sequence: z.number(),
    entry: z.enum(['changes', 'snapshot', 'partial', 'compaction']),
    fromLsn: z.string(),
    toLsn: z.string(),
    table: capturedTableSchema.optional(),
    objects: z.number(),
    rows: z.number(),
    bytes: z.number(),
  }),
  /** Something is away and is tried again. */
  z.object({ kind: z.literal('waiting'), error: wireErrorSchema, seconds: z.number() }),
  z.object({ kind: z.literal('note'), message: z.string() }),
]);
export type CaptureNews = z.infer<typeof captureNewsSchema>;

export type CaptureStartInput = z.output<typeof captureStartInputSchema>;
