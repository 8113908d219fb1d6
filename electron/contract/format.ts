/** How rows are written: the formats, their options, and how the bytes are packed. */
import { z } from 'zod';

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
