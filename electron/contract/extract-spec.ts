/**
 * What the user asked for: the JSON of a saved job. The desktop saves it, `sluice run FILE.json` reads it, and the
 * history keeps it with every run, so it never contains a secret.
 */
import { z } from 'zod';
import { connectionSettingsSchema } from './connection-profile.ts';
import { s3SettingsSchema } from './destination-profile.ts';
import { identifierSchema, nameSchema, requiredLineSchema } from './fields.ts';
import { DEFAULT_KEY_TEMPLATE, keyTemplateSchema, namesManyObjects } from './key-template.ts';

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

/** Which rows. Without a schema, the table is looked up along the search_path, as psql does. */
export const selectionSchema = z.union([
  z.strictObject({
    table: z.strictObject({ schema: identifierSchema.optional(), name: identifierSchema }),
    /** In this order; all columns of the table where left out. */
    columns: z.array(identifierSchema).min(1, 'must name at least one column').max(1_600).optional(),
    /** A condition in SQL, as it would stand after WHERE. The server runs it in a READ ONLY transaction. */
    where: z.string().trim().min(1, 'must not be empty').max(100_000).optional(),
  }),
  z.strictObject({ query: z.string().trim().min(1, 'must not be empty').max(1_000_000) }),
]);
export type Selection = z.infer<typeof selectionSchema>;

const singleCharacter = z
  .string()
  .regex(/^[\t\x20-\x7e]$/, 'must be one printable ASCII character or a tab')
  .refine(
    (c) => !'"\r\n\\.'.includes(c) && !/[a-z0-9]/.test(c),
    'must not be a quote, backslash, dot, letter or digit',
  );

/**
 * Delimited text. `postgres` is what COPY CSV writes. `python` is what Python's csv.writer writes for values as
 * psycopg2 returns them, so that a script can be replaced without a change for those who read its files.
 */
export const csvFormatSchema = z.strictObject({
  kind: z.literal('csv'),
  dialect: z.enum(['postgres', 'python']).default('postgres'),
  delimiter: singleCharacter.default(','),
  header: z.boolean().default(false),
  /**
   * What stands for NULL. In the postgres dialect it is never quoted and an equal text always is, so that
   * the two differ; the python dialect always writes NULL as the empty string and refuses another token.
   */
  nullToken: z
    .string()
    .max(32, 'must be at most 32 characters')
    .regex(/^[^"\r\n]*$/, 'must not contain quotes or line ends')
    .default(''),
});
export type CsvFormat = z.infer<typeof csvFormatSchema>;

export const jsonlFormatSchema = z.strictObject({ kind: z.literal('jsonl') });

/** Columns with types of their own, compressed page by page. */
export const parquetFormatSchema = z.strictObject({ kind: z.literal('parquet') });

export const formatSchema = z
  .discriminatedUnion('kind', [csvFormatSchema, jsonlFormatSchema, parquetFormatSchema])
  .superRefine((format, context) => {
    if (format.kind !== 'csv') return;
    if (format.dialect === 'python' && format.nullToken !== '') {
      context.addIssue({
        code: 'custom',
        path: ['nullToken'],
        message: 'must be empty in the python dialect',
      });
    }
    if (format.nullToken.includes(format.delimiter)) {
      context.addIssue({ code: 'custom', path: ['nullToken'], message: 'must not contain the delimiter' });
    }
  });
export type Format = z.infer<typeof formatSchema>;

export const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** What a job gets that does not say. Readers of Parquet unpack by themselves; those of text have to be told. */
export function defaultCompression(format: Format): Compression {
  return format.kind === 'parquet' ? 'zstd' : 'none';
}

/** Smallest and largest size at which a new object can begin, in bytes (5 MiB, 5 TiB: the limits of S3). */
export const OBJECT_SIZE_MIN = 5 * 1024 ** 2;
export const OBJECT_SIZE_MAX = 5 * 1024 ** 4;

/** One extract, complete and without secrets. */
export const extractSpecSchema = z
  .strictObject({
    version: z.literal(1).default(1),
    kind: z.literal('extract').default('extract'),
    name: nameSchema.optional(),
    source: sourceRefSchema,
    selection: selectionSchema,
    mode: z.literal('full').default('full'),
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
    key: keyTemplateSchema.default(DEFAULT_KEY_TEMPLATE),
    overwrite: z.boolean().default(false),
    /** Connections that read side by side; left out, one. With more, rows come in no particular order. */
    parallel: z.int().min(1, 'must be from 1 to 32').max(32, 'must be from 1 to 32').optional(),
    /** Bytes, after compression, at which a new object begins; left out, a run writes one object. */
    objectSize: z
      .int()
      .min(OBJECT_SIZE_MIN, `must be at least ${OBJECT_SIZE_MIN} bytes`)
      .max(OBJECT_SIZE_MAX, `must be at most ${OBJECT_SIZE_MAX} bytes`)
      .optional(),
  })
  .refine((spec) => spec.objectSize === undefined || namesManyObjects(spec.key), {
    path: ['key'],
    message: 'must contain {part} when objectSize is set, or the objects of a run would have one name',
  })
  .transform((spec) => ({ ...spec, compression: spec.compression ?? defaultCompression(spec.format) }));
export type ExtractSpec = z.infer<typeof extractSpecSchema>;
/** The same before defaults are filled in: what a file or a form may leave out. */
export type ExtractSpecInput = z.input<typeof extractSpecSchema>;
