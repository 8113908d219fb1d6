/**
 * Objects by the value of a column, in folders as Hive names them: `dt=2020-06-01/`. Athena, Glue, Spark, DuckDB and others
 * take the folder for a column, and read only those that a query asks for.
 */
import { z } from 'zod';
import { identifierSchema, lineSchema } from './fields.ts';

/** What of the column's value makes a folder. */
export const PARTITION_UNITS = ['value', 'day', 'month', 'year'] as const;
export type PartitionUnit = (typeof PARTITION_UNITS)[number];

export const partitionBySchema = z.strictObject({
  /** A column of the table, whether it is extracted or not, or of the query. It stays in the files. */
  column: identifierSchema,
  /** Name of the folder's column; left out, that of the column. */
  as: lineSchema(255).min(1, 'must not be empty').optional(),
  /** `day`, `month` and `year` go with dates and timestamps. */
  by: z.enum(PARTITION_UNITS).default('value'),
});
export type PartitionBy = z.infer<typeof partitionBySchema>;

/** The most values that a run makes folders for: each is a query and an object of its own. */
export const PARTITIONS_MAX = 10_000;

/** What Hive writes for NULL, and for the empty text. */
export const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** What Hive escapes in names and values of partitions (`FileUtils.escapePathName`): not blanks, and not letters. */
// oxlint-disable-next-line no-control-regex -- control characters are what is escaped
const ESCAPED = /[\u0001-\u001f\u007f"#%'*/:=?\\{[\]^]/g;

/** The folder of a value, `name=value`; null stands for NULL. */
export function partitionFolder({ column, as = column }: PartitionBy, value: string | null): string {
  return `${escapePath(as)}=${value === null || value === '' ? HIVE_NULL : escapePath(value)}`;
}

function escapePath(text: string): string {
  return text.replaceAll(
    ESCAPED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
