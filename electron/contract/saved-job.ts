/**
 * A job that was saved: the JSON that `sluice run FILE.json` reads, in a file of its own, and beside it what only this
 * computer knows: when the app is to run it, and how far it was when somebody last looked.
 */
import { z } from 'zod';
import { extractSpecSchema } from './extract-spec.ts';
import { instantSchema, nameSchema } from './fields.ts';
import { runIdSchema } from './run.ts';
import { utf8Length } from './utf8-length.ts';
import { isJobName } from './watermark-spec.ts';
import { PROMISES } from './watermark-state.ts';

/** File systems take names of 255 bytes, and a job's has an ending. */
const NAME_BYTES_MAX = 200;

/** The name of a saved job: that of its file, and of the folder of its state. */
export const jobNameSchema = nameSchema
  .refine(isJobName, 'must begin with a letter or digit, and have only letters, digits, ". _ -" and spaces')
  .refine((name) => utf8Length(name) <= NAME_BYTES_MAX, 'is too long for a file');

/** Longest distance of a timer: a week. */
const MINUTES_MAX = 7 * 24 * 60;

/** When the app runs a job by itself, while it is open. `daily` is by the clock of this computer. */
export const jobTimerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('every'),
    minutes: z.int().min(1, 'must be at least 1').max(MINUTES_MAX, `must be at most ${MINUTES_MAX}`),
  }),
  z.strictObject({
    kind: z.literal('daily'),
    at: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 06:30'),
  }),
]);
export type JobTimer = z.infer<typeof jobTimerSchema>;

/** What a timer did when it was due. */
export const timerTickSchema = z.object({
  at: instantSchema,
  due: instantSchema,
  /** `skipped`: a run of the job was still going on. `refused`: the run could not be started. */
  outcome: z.enum(['started', 'skipped', 'refused']),
  runId: runIdSchema.nullable(),
  /** Why it did not start. */
  reason: z.string().nullable(),
  /** Times before this one that passed while the computer slept, or the app was not open. */
  missed: z.number(),
});
export type TimerTick = z.infer<typeof timerTickSchema>;

/** How far a job was; its destination knows better. */
export const knownPositionSchema = z.object({
  /** When it was first seen there. */
  at: instantSchema,
  runId: runIdSchema,
  watermark: z.string().nullable(),
  promise: z.enum(PROMISES),
});
export type KnownPosition = z.infer<typeof knownPositionSchema>;

export const savedJobSchema = z.object({
  name: jobNameSchema,
  /** The job's file. */
  file: z.string(),
  spec: extractSpecSchema,
  timer: z
    .object({ when: jobTimerSchema, nextAt: instantSchema, last: timerTickSchema.nullable() })
    .nullable(),
  /** For display alone; null before the first run, and for full jobs. */
  known: knownPositionSchema.nullable(),
});
export type SavedJob = z.infer<typeof savedJobSchema>;

export const savedJobListSchema = z.object({
  jobs: z.array(savedJobSchema),
  /** Files among them that are no jobs. */
  broken: z.array(z.object({ file: z.string(), problem: z.string() })),
});

const namedSpecSchema = extractSpecSchema.refine(({ name }) => jobNameSchema.safeParse(name).success, {
  path: ['name'],
  message: 'must begin with a letter or digit, and have only letters, digits, ". _ -" and spaces',
});

/** `replace`: changes the job of this name, which must be there otherwise not. */
export const saveJobInputSchema = z.strictObject({
  spec: namedSpecSchema,
  replace: z.boolean().default(false),
});
export const byJobSchema = z.strictObject({ name: jobNameSchema });
export const setTimerInputSchema = z.strictObject({ name: jobNameSchema, when: jobTimerSchema.nullable() });
