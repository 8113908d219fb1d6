/**
 * What the user asked for: the JSON of a saved job. The desktop saves it, `sluice run FILE.json` reads it, and the
 * history keeps it with every run, so it never contains a secret.
 */
import { z } from 'zod';
import { connectionSettingsSchema } from './connection-profile.ts';
import { s3SettingsSchema } from './destination-profile.ts';
import { nameSchema, requiredLineSchema } from './fields.ts';
import { COMPRESSIONS, defaultCompression, formatSchema } from './format.ts';
import { LOAD_TARGET_NAMES, LOCAL_LOAD_TARGET } from './load-target.ts';
import {
  DEFAULT_KEY_TEMPLATE,
  DEFAULT_PARTITION_TEMPLATE,
  keyTemplateSchema,
  namesManyObjects,
  namesPartition,
} from './key-template.ts';
import { metadataSchema, tagsSchema } from './object-options.ts';
import { partitionBySchema } from './partition.ts';
import { politenessSchema } from './politeness.ts';
import { selectionSchema, type Selection } from './selection.ts';
import { isJobName, watermarkSpecSchema, type WatermarkSpec } from './watermark-spec.ts';

/** A saved connection by its name, or settings in full (the password then comes from PGPASSWORD or .pgpass). */
export const sourceRefSchema = z.union([
  z.strictObject({ profile: nameSchema }),
  z.strictObject({ settings: connectionSettingsSchema }),
]);
export type SourceRef = z.infer<typeof sourceRefSchema>;

/** A saved destination by its name, a place in a bucket, or a local folder. */
export const destinationRefSchema = z.union([
  z.strictObject({ profile: nameSchema }),
  z.strictObject({ s3: s3SettingsSchema }),
  z.strictObject({ folder: requiredLineSchema(4096) }),
]);
export type DestinationRef = z.infer<typeof destinationRefSchema>;

/**
 * Smallest and largest size at which a new object can begin, in bytes: 5 MiB, and 48 TiB, which leaves room for the last
 * rows below the 48.8 TiB that S3 takes.
 */
export const OBJECT_SIZE_MIN = 5 * 1024 ** 2;
export const OBJECT_SIZE_MAX = 48 * 1024 ** 4;

/**
 * When the snapshot is lost with its connection, or with the process. `restart`: all that was written goes, and all is
 * read again in a new snapshot, so the result is always the table at one moment. `resume`: the ranges that are
 * finished stay, and the others are read in a new snapshot, which the manifest says.
 */
export const RECOVERIES = ['restart', 'resume'] as const;
export type Recovery = (typeof RECOVERIES)[number];

/** What an incremental job has to have, and a full one cannot have; a field and a message each. */
function incrementalProblems(spec: {
  readonly mode: 'full' | 'incremental';
  readonly name?: string | undefined;
  readonly watermark?: WatermarkSpec | undefined;
  readonly selection: Selection;
  readonly key: string;
  readonly overwrite: boolean;
  readonly recovery?: Recovery | undefined;
}): [string, string][] {
  if (spec.mode === 'full') {
    return spec.watermark === undefined ? [] : [['watermark', 'goes with the mode "incremental" only']];
  }
  const problems: [string, string][] = [];
  if (spec.watermark === undefined) problems.push(['watermark', 'must name a column']);
  if ('query' in spec.selection)
    problems.push(['selection', 'must be a table: the rows of a query have no history']);
  if (spec.name !== undefined && !isJobName(spec.name))
    problems.push([
      'name',
      'must begin with a letter or digit, and have only letters, digits, ". _ -" and spaces',
    ]);
  const { selection, watermark } = spec;
  if (isMasked(selection, watermark?.column))
    problems.push([
      'watermark',
      `must not be masked, and "${watermark?.column}" is: its clear values would stand in the manifest and in the state of the job`,
    ]);
  if (!spec.key.includes('{run_id}'))
    problems.push(['key', 'must contain {run_id}, or the runs would have one name']);
  if (spec.overwrite) problems.push(['overwrite', 'must not be set: a run adds to the runs before']);
  if (spec.recovery === 'resume')
    problems.push(['recovery', 'must be "restart": what is new is told by one snapshot']);
  return problems;
}

/** One extract, complete and without secrets. */
export const extractSpecSchema = z
  .strictObject({
    version: z.literal(1).default(1),
    kind: z.literal('extract').default('extract'),
    name: nameSchema.optional(),
    source: sourceRefSchema,
    selection: selectionSchema,
    /** `incremental`: what is new since the last run of the job with this name at this destination. */
    mode: z.enum(['full', 'incremental']).default('full'),
    watermark: watermarkSpecSchema.optional(),
    destination: destinationRefSchema,
    format: formatSchema.default({
      kind: 'csv',
      dialect: 'postgres',
      delimiter: ',',
      header: false,
      nullToken: '',
    }),
    /** Left out: {@link defaultCompression}. Parquet has it inside, page by page. */
    compression: z.enum(COMPRESSIONS).optional(),
    /** Left out: the default, with the folder of the partition where there are partitions. */
    key: keyTemplateSchema.optional(),
    /** Objects by the value of a column, in folders of their own. */
    partitionBy: partitionBySchema.optional(),
    overwrite: z.boolean().default(false),
    /**
     * Lets conversions go on that lose something: without it, one that is lossy by choice is refused before a row is read,
     * and one that depends on the values ends the run at the first of them.
     */
    acceptLossy: z.boolean().default(false),
    /** Connections that read side by side; left out, what suits the table's size and the machine. */
    parallel: z.int().min(1, 'must be from 1 to 32').max(32, 'must be from 1 to 32').optional(),
    /** What happens when the snapshot is lost with its connection; left out, `restart`. */
    recovery: z.enum(RECOVERIES).optional(),
    /** Bytes, after compression, at which a new object begins; left out, a run writes one object. */
    objectSize: z
      .int()
      .min(OBJECT_SIZE_MIN, `must be at least ${OBJECT_SIZE_MIN} bytes`)
      .max(OBJECT_SIZE_MAX, `must be at most ${OBJECT_SIZE_MAX} bytes`)
      .optional(),
    /** Rows of an object, the most: then a new one begins. Goes with objectSize: whichever comes first. */
    objectRows: z.int().min(1, 'must be at least 1').optional(),
    /** Tags and user metadata of the objects and of the manifest, where the destination is S3. */
    tags: tagsSchema.optional(),
    metadata: metadataSchema.optional(),
    politeness: politenessSchema.optional(),
    /** Warehouses whose load scripts are written next to the manifest, below `load/`. */
    loadScripts: z
      .array(z.enum(LOAD_TARGET_NAMES))
      .max(LOAD_TARGET_NAMES.length)
      .refine((names) => new Set(names).size === names.length, 'must not name a warehouse twice')
      .optional(),
  })
  .transform((spec) => ({
    ...spec,
    key: spec.key ?? (spec.partitionBy === undefined ? DEFAULT_KEY_TEMPLATE : DEFAULT_PARTITION_TEMPLATE),
  }))
  .refine((spec) => (spec.partitionBy === undefined) !== namesPartition(spec.key), {
    path: ['key'],
    message: 'must contain {partition} when partitionBy is set, and only then',
  })
  .refine((spec) => spec.partitionBy === undefined || namesManyObjects(spec.key), {
    path: ['key'],
    message: 'must contain {part} when partitionBy is set, or the objects of a run could have one name',
  })
  .superRefine(({ selection, partitionBy }, context) => {
    if (partitionBy === undefined || !isMasked(selection, partitionBy.column)) return;
    context.addIssue({
      code: 'custom',
      path: ['partitionBy', 'column'],
      message: `must not be masked, and "${partitionBy.column}" is: its clear values would stand in the keys`,
    });
  })
  .refine((spec) => !('folder' in spec.destination) || (spec.tags ?? spec.metadata) === undefined, {
    path: ['destination'],
    message: 'must be S3 when tags or metadata are set: a folder keeps none',
  })
  .refine((spec) => !(spec.politeness?.lowPriority === true && (spec.parallel ?? 1) > 1), {
    path: ['parallel'],
    message: 'must be 1, or left out, when lowPriority is set: one connection reads then',
  })
  .refine(
    ({ destination, loadScripts = [] }) =>
      !('folder' in destination) || loadScripts.every((name) => name === LOCAL_LOAD_TARGET),
    { path: ['loadScripts'], message: `can only be ${LOCAL_LOAD_TARGET} for a folder: the others read S3` },
  )
  .refine((spec) => (spec.objectSize ?? spec.objectRows) === undefined || namesManyObjects(spec.key), {
    path: ['key'],
    message:
      'must contain {part} when objectSize or objectRows is set, or the objects of a run would have one name',
  })
  .superRefine((spec, context) => {
    for (const [path, message] of incrementalProblems(spec))
      context.addIssue({ code: 'custom', path: [path], message });
  })
  .transform((spec) => ({ ...spec, compression: spec.compression ?? defaultCompression(spec.format) }));
export type ExtractSpec = z.infer<typeof extractSpecSchema>;
/** The same before defaults are filled in: what a file or a form may leave out. */
export type ExtractSpecInput = z.input<typeof extractSpecSchema>;

function isMasked(selection: Selection, column: string | undefined): boolean {
  return 'table' in selection && (selection.masks ?? []).some((mask) => mask.column === column);
}
