import { AppError } from '../contract/app-error.ts';
import { PARTITION_UNITS, type PartitionUnit } from '../contract/partition.ts';

/** A column, in quotes where it has a colon or an equals sign; then the unit, and the name of the folders. */
const FORM = /^(?:"((?:[^"]|"")+)"|([^":=]+))(?::([^=]*))?(?:=(.*))?$/s;

/**
 * Parses `COLUMN[:day|month|year][=name]`.
 * @throws AppError `CONFIG_USAGE`
 */
export function parsePartition(text: string): { column: string; by?: PartitionUnit; as?: string } {
  const [, quoted, plain, unit, name] = FORM.exec(text) ?? [];
  const column = quoted?.replaceAll('""', '"') ?? plain;
  const by = PARTITION_UNITS.find((known) => known === unit);
  if (column === undefined || (unit !== undefined && by === undefined)) {
    throw new AppError(
      'CONFIG_USAGE',
      `--partition-by: "${text}" is not COLUMN[:day|month|year][=name]; put a column with : or = in double quotes`,
    );
  }
  return { column, ...(by === undefined ? {} : { by }), ...(name === undefined ? {} : { as: name }) };
}
