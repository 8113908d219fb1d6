/** How rows are written: the formats, their options, and how the bytes are packed. */
import { z } from 'zod';
import { TEXT_ENCODING_NAMES } from './encoding.ts';
import { identifierSchema } from './fields.ts';

const singleCharacter = z
  .string()
  .regex(/^[\t\x20-\x7e]$/, 'must be one printable ASCII character or a tab')
  .refine(
    (c) => !'"\r\n\\.'.includes(c) && !/[a-z0-9]/.test(c),
    'must not be a quote, backslash, dot, letter or digit',
  );

const quotingCharacter = z.string().regex(/^[\x21-\x7e]$/, 'must be one printable ASCII character');

export const CSV_DIALECTS = ['postgres', 'text', 'python'] as const;

/**
 * Delimited text. `postgres` is what COPY's CSV format writes, `text` what its text format writes (backslash escapes, no
 * quotes). `python` is what Python's csv.writer writes for values as psycopg2 returns them, so that a script can be
 * replaced without a change for those who read its files.
 */
export const csvFormatSchema = z.strictObject({
  kind: z.literal('csv'),
  dialect: z.enum(CSV_DIALECTS).default('postgres'),
  /** Left out: a tab in the text dialect, or else a comma. */
  delimiter: singleCharacter.optional(),
  header: z.boolean().default(false),
  /**
   * What stands for NULL; left out, `\N` in the text dialect, or else nothing. In the postgres dialect it is never quoted and
   * an equal text always is, so that the two differ; the text dialect writes both alike; the python dialect always
   * writes NULL as the empty string and refuses another token.
   */
  nullToken: z
    .string()
    .max(32, 'must be at most 32 characters')
    .regex(/^[^"\r\n]*$/, 'must not contain quotes or line ends')
    .optional(),
  /** Of the postgres dialect, as are the next two; left out, the double quote. */
  quote: quotingCharacter.optional(),
  /** Stands before a quote, and before itself, within quotes; left out, the quote. */
  escape: quotingCharacter.optional(),
  /** Which columns have quotes in every row that is not NULL; left out, none. */
  forceQuote: z
    .union([
      z.enum(['none', 'all']),
      z.array(identifierSchema).min(1, 'must name at least one column').max(1_600),
    ])
    .optional(),
  /** Of the postgres and the text dialect; left out, UTF8. */
  encoding: z.enum(TEXT_ENCODING_NAMES).optional(),
});

/** JSON Lines. Numbers keep every digit that Postgres has, also those that a double does not hold. */
export const jsonlFormatSchema = z.strictObject({ kind: z.literal('jsonl') });

/** The widest DECIMAL that readers of Parquet agree on. */
export const DECIMAL_MAX_PRECISION = 38;

/** Where a row group ends, at the latest: the memory of the writer sets bounds of its own, whatever is asked for. */
export const rowGroupSchema = z.union([
  z.strictObject({
    rows: z.int().min(1, 'must be at least 1').max(10_000_000, 'must be at most 10,000,000'),
  }),
  /** As Postgres sent them, before they are packed. */
  z.strictObject({
    bytes: z
      .int()
      .min(64 * 1024, 'must be at least 64 KiB')
      .max(1024 ** 3, 'must be at most 1 GiB'),
  }),
]);
export type RowGroup = z.infer<typeof rowGroupSchema>;

/** What becomes of numeric without a precision: its digits as text, the nearest double, or a DECIMAL. */
export const unboundedNumericSchema = z.union([
  z.enum(['text', 'double']),
  z
    .strictObject({
      precision: z.int().min(1, 'must be from 1 to 38').max(DECIMAL_MAX_PRECISION, 'must be from 1 to 38'),
      scale: z.int().min(0, 'must be from 0 to 38').max(DECIMAL_MAX_PRECISION, 'must be from 0 to 38'),
    })
    .refine(({ precision, scale }) => scale <= precision, {
      path: ['scale'],
      message: 'must not be larger than the precision',
    }),
]);
export type UnboundedNumeric = z.infer<typeof unboundedNumericSchema>;

/** Columns with types of their own, compressed page by page. */
export const parquetFormatSchema = z.strictObject({
  kind: z.literal('parquet'),
  rowGroup: rowGroupSchema.optional(),
  /** Left out: text. */
  unboundedNumeric: unboundedNumericSchema.optional(),
});
export type ParquetFormat = z.infer<typeof parquetFormatSchema>;

/** The delimiter, and what stands for NULL, in a job that does not say. */
export const CSV_DEFAULTS: Readonly<
  Record<(typeof CSV_DIALECTS)[number], { readonly delimiter: string; readonly nullToken: string }>
> = {
  postgres: { delimiter: ',', nullToken: '' },
  text: { delimiter: '\t', nullToken: String.raw`\N` },
  python: { delimiter: ',', nullToken: '' },
};

export const formatSchema = z
  .discriminatedUnion('kind', [csvFormatSchema, jsonlFormatSchema, parquetFormatSchema])
  .transform((format) =>
    format.kind === 'csv'
      ? {
          ...format,
          delimiter: format.delimiter ?? CSV_DEFAULTS[format.dialect].delimiter,
          nullToken: format.nullToken ?? CSV_DEFAULTS[format.dialect].nullToken,
        }
      : format,
  )
  .superRefine((format, context) => {
    if (format.kind !== 'csv') return;
    for (const [field, message] of csvProblems(format)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });
export type Format = z.infer<typeof formatSchema>;
export type CsvFormat = Extract<Format, { kind: 'csv' }>;

type CsvProblem = readonly [field: string, message: string];

/** What is wrong among the options of delimited text, by field, in words that follow the field's name. */
export function csvProblems(format: CsvFormat): CsvProblem[] {
  const { dialect, delimiter, nullToken, quote } = format;
  const problems: CsvProblem[] = [];
  if (dialect === 'python' && nullToken !== '')
    problems.push(['nullToken', 'must be empty in the python dialect']);
  if (nullToken.includes(delimiter)) problems.push(['nullToken', 'must not contain the delimiter']);
  if (quote === delimiter) problems.push(['quote', 'must not be the delimiter']);
  if (quote !== undefined && nullToken.includes(quote)) {
    problems.push(['nullToken', 'must not contain the quote']);
  }
  for (const field of ['quote', 'escape', 'forceQuote'] as const) {
    if (dialect !== 'postgres' && format[field] !== undefined) {
      problems.push([field, 'goes with the postgres dialect only']);
    }
  }
  if (dialect === 'python' && format.encoding !== undefined && format.encoding !== 'UTF8') {
    problems.push(['encoding', 'must be UTF8 in the python dialect']);
  }
  return problems;
}

export const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** What a job gets that does not say. Readers of Parquet unpack by themselves; those of text have to be told. */
export function defaultCompression(format: Format): Compression {
  return format.kind === 'parquet' ? 'zstd' : 'none';
}
