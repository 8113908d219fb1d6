/** Rows of Parquet as rows of COPY's binary format, from which the writer of Parquet makes them again. */
import type { CaptureSchemaFile } from '../../../contract/capture-log.ts';
import type { ParquetColumn } from '../../encode/parquet/parquet-column.ts';
import type { PhysicalValue } from '../../encode/parquet/read-row-groups.ts';
import { binaryValue } from '../encode/binary-value.ts';
import type { JsonBuffer } from '../encode/json-buffer.ts';
import { parquetColumns } from '../encode/parquet-shape.ts';
import { textOfParquet } from '../replay/parquet-value.ts';

/** The length of NULL. */
const NULL = -1;

/** @param names of the columns of the file that is read; one that it lacks is NULL */
export function binaryRowWriter(
  file: CaptureSchemaFile,
  names: readonly string[],
): (row: readonly PhysicalValue[], output: JsonBuffer) => void {
  const columns = parquetColumns({ file }).map((column) => ({ column, at: names.indexOf(column.name) }));
  return (row, output) => {
    output.int16(columns.length);
    for (const { column, at } of columns) {
      const bytes = bytesOf(column, row[at]);
      output.int32(bytes?.length ?? NULL);
      if (bytes !== undefined) output.raw(bytes);
    }
  };
}

/** By way of the text, which is exact, and so needs no second set of conversions. */
function bytesOf(column: ParquetColumn, value: PhysicalValue): Uint8Array | undefined {
  if (value === null || value === undefined) return undefined;
  if (column.kind === 'text' || column.kind === 'json')
    return value instanceof Uint8Array ? value : Buffer.from(String(value));
  return binaryValue(column.kind, textOfParquet(column, value) ?? '');
}
